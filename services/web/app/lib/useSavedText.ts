import { useCallback, useState } from 'react';
import { localStore } from './storage';

/**
 * A text that is being written. It is kept on this device until it is cleared, so that neither a
 * reload nor an ended session nor a failing server loses it.
 */
export function useSavedText(key: string, initial = '') {
  const place = `folkmoot.draft/${key}`;
  const [text, setText] = useState(() => localStore.get(place) ?? initial);
  const change = useCallback(
    (next: string) => {
      setText(next);
      if (next === '') localStore.remove(place);
      else localStore.set(place, next);
    },
    [place],
  );
  const clear = useCallback(() => {
    setText('');
    localStore.remove(place);
  }, [place]);
  return { text, change, clear };
}
