import { useEffect, useState } from 'react';
import { fullJitter, RECONNECT } from '../realtime/backoff';
import { session } from './browser';

/** Takes up an earlier session; true while the server cannot be reached for it. */
export function useSessionStart(): boolean {
  const [unreachable, setUnreachable] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    const start = async (attempt: number) => {
      const outcome = await session.start();
      if (stopped) return;
      setUnreachable(outcome === 'unreachable');
      if (outcome !== 'unreachable') return;
      const wait = fullJitter(attempt, RECONNECT, Math.random());
      timer = setTimeout(() => void start(attempt + 1), wait);
    };
    void start(0);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, []);
  return unreachable;
}
