import { useStore } from '../lib/store';
import type { RoomSession } from './room-session';
import { typingLine } from './typing';
import classes from './TypingNote.module.css';

/** Who is typing, or a passing word of the server. The line keeps its place when empty. */
export function TypingNote({ session }: { session: RoomSession }) {
  const { notice } = useStore(session.state);
  const typists = useStore(session.typing.typists);
  const line = typingLine(typists);
  if (notice !== null) {
    return (
      <div className={classes.root} data-notice role="alert">
        {notice}
      </div>
    );
  }
  return (
    <div className={classes.root} data-testid="typing">
      {line !== '' && (
        <>
          <span className={classes.dots} aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {line}…
        </>
      )}
    </div>
  );
}
