import { ActionIcon, Button, Progress } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useStore } from '../lib/store';
import { formatSize } from './address';
import classes from './UploadTray.module.css';
import type { Upload, Uploads } from './uploads';

/** The files on their way, with how far each is. */
export function UploadTray({ uploads }: { uploads: Uploads }) {
  const list = useStore(uploads.list);
  if (list.length === 0) return null;
  return (
    <ul className={classes.root} aria-label="Uploads">
      {list.map((upload) => (
        <Item key={upload.id} upload={upload} uploads={uploads} />
      ))}
    </ul>
  );
}

function Item({ upload, uploads }: { upload: Upload; uploads: Uploads }) {
  const { id, file, state, progress, error } = upload;
  const percent = Math.round(progress * 100);
  return (
    <li className={classes.item}>
      <div className={classes.words}>
        <span className={classes.name}>{file.name}</span>
        {state === 'failed' ? (
          <span className={classes.error} role="alert">
            {error}
          </span>
        ) : (
          <span className={classes.size}>
            {formatSize(file.size)} · {percent} %
          </span>
        )}
        {state !== 'failed' && (
          <Progress value={percent} size="xs" aria-label={`Uploading ${file.name}`} />
        )}
      </div>
      {state === 'failed' && (
        <Button size="compact-sm" variant="light" onClick={() => uploads.retry(id)}>
          Try again
        </Button>
      )}
      <ActionIcon
        size="md"
        aria-label={state === 'failed' ? `Remove ${file.name}` : `Cancel ${file.name}`}
        onClick={() => uploads.cancel(id)}
      >
        <IconX size={17} />
      </ActionIcon>
    </li>
  );
}
