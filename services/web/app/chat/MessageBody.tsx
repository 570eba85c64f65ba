import { memo } from 'react';
import { fileId, filePath } from '../files/address';
import { FileCard } from '../files/FileCard';
import { Picture } from '../files/Picture';
import { useMember } from './member';
import classes from './MessageBody.module.css';
import { parseText } from './text';

interface MessageBodyProps {
  content: string;
  /** Types that are not known are shown as text. */
  message_type: string;
  file_url: string | null;
}

/** What was said. Always text: nothing in it is taken as HTML. */
export function MessageBody({ content, message_type, file_url }: MessageBodyProps) {
  const isFile = message_type === 'image' || message_type === 'file';
  const file = isFile ? fileId(file_url) : null;
  if (file === null) return <Words content={content} />;
  const card = <FileCard id={file} name={content} />;
  if (message_type !== 'image') return card;
  return <Picture path={filePath(file)} name={content} otherwise={card} />;
}

const Words = memo(function Words({ content }: { content: string }) {
  const { user } = useMember();
  const me = user.username.toLowerCase();
  return (
    <p className={classes.text} dir="auto">
      {parseText(content).map((part, index) => {
        if (part.kind === 'text') return part.text;
        if (part.kind === 'link') {
          return (
            <a key={index} href={part.href} target="_blank" rel="ugc nofollow noopener noreferrer">
              {part.text}
            </a>
          );
        }
        const isMe = part.username.toLowerCase() === me;
        return (
          <span key={index} className={classes.mention} data-me={isMe || undefined}>
            {part.text}
          </span>
        );
      })}
    </p>
  );
});
