import { ActionIcon, Tooltip } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { attachmentPath } from '../api/discussion';
import type { Attachment } from '../api/forum-types';
import { isPicture } from '../files/address';
import { FileBox } from '../files/FileCard';
import { Picture } from '../files/Picture';
import classes from './Attachments.module.css';

interface AttachmentsProps {
  threadId: string;
  attachments: readonly Attachment[];
  /** Null for those who may not take files away. */
  onRemove?: ((attachment: Attachment) => void) | null;
}

/** The files of a thread: pictures in place, others to save. */
export function Attachments({ threadId, attachments, onRemove = null }: AttachmentsProps) {
  if (attachments.length === 0) return null;
  return (
    <ul className={classes.list} aria-label="Attachments">
      {attachments.map((attachment) => (
        <li key={attachment.id} className={classes.item}>
          <Shown threadId={threadId} attachment={attachment} />
          {onRemove && (
            <Tooltip label="Remove">
              <ActionIcon
                aria-label={`Remove ${attachment.filename}`}
                onClick={() => onRemove(attachment)}
              >
                <IconTrash size={17} stroke={1.7} />
              </ActionIcon>
            </Tooltip>
          )}
        </li>
      ))}
    </ul>
  );
}

function Shown({ threadId, attachment }: { threadId: string; attachment: Attachment }) {
  const { id, filename, content_type, size } = attachment;
  const path = attachmentPath(threadId, id);
  const box = <FileBox path={path} name={filename} size={size} />;
  if (!isPicture(content_type)) return box;
  return <Picture path={path} name={filename} otherwise={box} />;
}
