import { useEffect } from 'react';
import { Store, useStore } from '../lib/store';

/** Messages that came while the page was out of sight. */
const unseen = new Store(0);

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') unseen.set(0);
});

/** A message came; counts while nobody looks. */
export function noteNews(): void {
  if (document.visibilityState !== 'visible') unseen.update((count) => count + 1);
}

/** Names the page, with the number of things unread in front. */
export function useTitle(name: string, unreadNotifications: number): void {
  const count = useStore(unseen) + unreadNotifications;
  useEffect(() => {
    document.title = `${count > 0 ? `(${count}) ` : ''}${name} · Folkmoot`;
  }, [name, count]);
}
