import { useEffect, type RefObject } from 'react';

/** How far down each address was read, newest last. */
const positions = new Map<string, number>();
const POSITIONS_MAX = 60;
/** A page that has not grown long enough by then will not. */
const RESTORE_WITHIN_MS = 3_000;

/** The address was reached by going back or forward. The router tells of links as `pushState`. */
let isBack = false;
window.addEventListener('popstate', () => {
  isBack = true;
});
window.addEventListener('pushState', () => {
  isBack = false;
});

function here(): string {
  return location.pathname + location.search;
}

function keep(address: string, position: number): void {
  positions.delete(address);
  positions.set(address, position);
  const [oldest] = positions.keys();
  if (positions.size > POSITIONS_MAX && oldest !== undefined) positions.delete(oldest);
}

/** Going back returns to the same place; a link leads to the top. */
export function useScrollMemory(scroller: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const wanted = isBack ? (positions.get(here()) ?? 0) : 0;
    const stop = wanted > 0 ? restore(element, wanted) : undefined;
    const onScroll = () => keep(here(), element.scrollTop);
    element.addEventListener('scroll', onScroll, { passive: true });
    // A click may lead away before the scrolling in front of it is told.
    element.addEventListener('click', onScroll, { capture: true });
    return () => {
      stop?.();
      element.removeEventListener('click', onScroll, { capture: true });
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller]);
}

/** Scrolls as soon as there is enough to scroll, unless the reader does so first. */
function restore(element: HTMLElement, wanted: number): () => void {
  const timers: ReturnType<typeof setTimeout>[] = [];
  const observer = new ResizeObserver(() => {
    element.scrollTop = wanted;
    if (Math.abs(element.scrollTop - wanted) < 2) stop();
  });
  const stop = () => {
    observer.disconnect();
    timers.forEach(clearTimeout);
    element.removeEventListener('wheel', stop);
    element.removeEventListener('keydown', stop);
    element.removeEventListener('touchstart', stop);
  };
  element.addEventListener('wheel', stop, { passive: true });
  element.addEventListener('keydown', stop);
  element.addEventListener('touchstart', stop, { passive: true });
  for (const child of element.children) observer.observe(child);
  timers.push(setTimeout(stop, RESTORE_WITHIN_MS));
  return stop;
}
