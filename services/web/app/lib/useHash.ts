import { useSyncExternalStore } from 'react';

/** The last two are told by the router whenever the address changes. */
const EVENTS = ['popstate', 'hashchange', 'pushState', 'replaceState'];

function subscribe(listener: () => void): () => void {
  for (const name of EVENTS) window.addEventListener(name, listener);
  return () => {
    for (const name of EVENTS) window.removeEventListener(name, listener);
  };
}

/** What follows the `#` of the address. */
export function useHash(): string {
  return useSyncExternalStore(subscribe, () => location.hash.slice(1));
}
