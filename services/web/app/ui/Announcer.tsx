import { useEffect, useState } from 'react';
import { Store, useStore } from '../lib/store';

const queue = new Store<readonly string[]>([]);

/** Has a screen reader say `text` when it is done with what it says now. */
export function announce(text: string): void {
  queue.update((texts) => [...texts, text]);
}

const COLLECT_MS = 900;
const READ_AT_MOST = 3;

/** The live region. What comes in quick succession is said together, a flood only counted. */
export function Announcer() {
  const waiting = useStore(queue);
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (waiting.length === 0) return;
    const timer = setTimeout(() => {
      const texts = queue.get();
      queue.set([]);
      setSaid(texts.length > READ_AT_MOST ? `${texts.length} new messages` : texts.join('. '));
    }, COLLECT_MS);
    return () => clearTimeout(timer);
  }, [waiting]);
  return (
    <div className="fm-hidden" role="status" aria-live="polite">
      {said}
    </div>
  );
}
