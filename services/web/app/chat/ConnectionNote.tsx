import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { session as account } from '../auth/browser';
import { useStore } from '../lib/store';
import { CLOSE_UNAUTHORISED, type ConnectionState } from '../realtime/connection';
import classes from './ConnectionNote.module.css';
import type { RoomSocket } from './room-session';

/** A short loss is not worth a word. */
const SAY_AFTER_MS = 1_200;

/** A dot beside the room's name: green when live. */
export function ConnectionDot({ socket }: { socket: RoomSocket }) {
  const { phase } = useStore(socket.state);
  const label = phase === 'open' ? 'Live' : 'Not connected';
  return (
    <span className={classes.dot} data-live={phase === 'open'} role="img" aria-label={label} />
  );
}

/** Says calmly that there is no connection, and what is being done. */
export function ConnectionNote({ socket }: { socket: RoomSocket }) {
  const state = useStore(socket.state);
  const isDown = useLasting(state.phase !== 'open' && state.phase !== 'idle');
  const text = isDown ? words(state) : '';
  return (
    <div className={classes.note} role="status" data-shown={text !== ''}>
      {text !== '' && <span>{text}</span>}
      {text !== '' && <NoteAction state={state} socket={socket} />}
    </div>
  );
}

function NoteAction({ state, socket }: { state: ConnectionState; socket: RoomSocket }) {
  if (state.phase === 'stopped' && state.closeCode === CLOSE_UNAUTHORISED) {
    return (
      <Button variant="white" size="compact-sm" onClick={() => void account.logout()}>
        Log in again
      </Button>
    );
  }
  if (state.phase !== 'waiting' && state.phase !== 'offline' && state.phase !== 'stopped')
    return null;
  return (
    <Button variant="subtle" size="compact-sm" onClick={() => socket.retry()}>
      Try now
    </Button>
  );
}

function words({ phase, closeCode }: ConnectionState): string {
  if (phase === 'offline') return 'You are offline. What you write is sent when you are back.';
  if (phase !== 'stopped') return 'Reconnecting… What you write is kept and sent.';
  if (closeCode === CLOSE_UNAUTHORISED) return 'Your session has ended.';
  return 'The server ended this connection.';
}

/** True once `condition` has been true for a while. */
function useLasting(condition: boolean): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLasting(condition), condition ? SAY_AFTER_MS : 0);
    return () => clearTimeout(timer);
  }, [condition]);
  return lasting && condition;
}
