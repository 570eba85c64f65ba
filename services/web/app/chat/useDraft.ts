import { useState } from 'react';
import { localStore } from '../lib/storage';

/** Text that is being written, kept over reloads. */
export function useDraft(userId: string, roomId: string): [string, (text: string) => void] {
  const key = `folkmoot.draft/${userId}/${roomId}`;
  const [text, setText] = useState(() => localStore.get(key) ?? '');
  const change = (next: string) => {
    setText(next);
    if (next === '') localStore.remove(key);
    else localStore.set(key, next);
  };
  return [text, change];
}
