import { IconUpload } from '@tabler/icons-react';
import classes from './DropTarget.module.css';

/** Covers the room while files are dragged over it. */
export function DropTarget({ roomName }: { roomName: string }) {
  return (
    <div className={classes.root} aria-hidden="true">
      <IconUpload size={36} stroke={1.4} />
      <p>Let go to share in #{roomName}</p>
    </div>
  );
}
