import { Button } from '@mantine/core';
import { IconAlertCircle, IconClock } from '@tabler/icons-react';
import { memo, type ReactNode } from 'react';
import type { Message } from '../api/types';
import { clockTime, dayLabel, fullTime } from '../lib/time';
import { StoneAvatar } from '../ui/StoneAvatar';
import { useMember } from './member';
import { MessageBody } from './MessageBody';
import classes from './MessageRow.module.css';
import type { Outgoing } from './outbox';
import type { RoomSession } from './room-session';
import { rowTime, startsDay, startsGroup, type Row } from './rows';
import { mentions } from './text';

interface MessageRowProps {
  row: Row;
  previous: Row | undefined;
  session: RoomSession;
}

/** One message, with the day above it where one begins. */
export const MessageRow = memo(function MessageRow({ row, previous, session }: MessageRowProps) {
  const { user } = useMember();
  const isNewDay = startsDay(row, previous);
  const isGroupStart = startsGroup(row, previous, user.id);
  return (
    <div className={classes.wrap}>
      {isNewDay && (
        <div className={classes.day}>
          <span>{dayLabel(rowTime(row))}</span>
        </div>
      )}
      {row.kind === 'message' ? (
        <Arrived message={row.message} isGroupStart={isGroupStart} />
      ) : (
        <OnItsWay entry={row.entry} isGroupStart={isGroupStart} session={session} />
      )}
    </div>
  );
}, sameRow);

/** Only what a row shows counts: its message, and how it stands to the one before. */
function sameRow(a: MessageRowProps, b: MessageRowProps): boolean {
  return content(a.row) === content(b.row) && content(a.previous) === content(b.previous);
}

function content(row: Row | undefined): Message | Outgoing | undefined {
  return row?.kind === 'message' ? row.message : row?.entry;
}

function Arrived({ message, isGroupStart }: { message: Message; isGroupStart: boolean }) {
  const { user } = useMember();
  const isForMe = message.user_id !== user.id && mentions(message.content, user.username);
  return (
    <Frame
      authorId={message.user_id}
      author={message.username}
      timestamp={message.timestamp}
      isGroupStart={isGroupStart}
      isForMe={isForMe}
    >
      <MessageBody {...message} file_url={message.file_url ?? null} />
    </Frame>
  );
}

interface OnItsWayProps {
  entry: Outgoing;
  isGroupStart: boolean;
  session: RoomSession;
}

function OnItsWay({ entry, isGroupStart, session }: OnItsWayProps) {
  const { user } = useMember();
  const { client_id, state, error } = entry;
  return (
    <Frame
      authorId={user.id}
      author={user.username}
      timestamp={entry.created_at}
      isGroupStart={isGroupStart}
      isPending={state !== 'failed'}
    >
      <MessageBody {...entry} />
      {state === 'failed' ? (
        <div className={classes.failed} role="alert">
          <IconAlertCircle size={16} aria-hidden="true" />
          <span>Not sent. {error}</span>
          <Button size="compact-xs" variant="light" onClick={() => session.sender.retry(client_id)}>
            Try again
          </Button>
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            onClick={() => session.sender.discard(client_id)}
          >
            Discard
          </Button>
        </div>
      ) : (
        <span className={classes.pendingMark} role="img" aria-label="Being sent">
          <IconClock size={13} aria-hidden="true" />
        </span>
      )}
    </Frame>
  );
}

interface FrameProps {
  authorId: string;
  author: string;
  timestamp: string;
  isGroupStart: boolean;
  isForMe?: boolean;
  isPending?: boolean;
  children: ReactNode;
}

/** The stone, the name and the time around what was said. */
function Frame(props: FrameProps) {
  const { authorId, author, timestamp, isGroupStart, isForMe, isPending, children } = props;
  return (
    <article
      className={classes.row}
      data-start={isGroupStart ? true : undefined}
      data-for-me={isForMe ? true : undefined}
      data-pending={isPending ? true : undefined}
      data-testid="message"
    >
      <div className={classes.gutter}>
        {isGroupStart ? (
          <AuthorStone id={authorId} name={author} />
        ) : (
          <Time timestamp={timestamp} className={classes.sideTime} />
        )}
      </div>
      <div className={classes.content}>
        {isGroupStart ? (
          <div className={classes.head}>
            <span className={classes.author}>{author}</span>
            <Time timestamp={timestamp} className={classes.time} />
          </div>
        ) : (
          <span className="fm-hidden">{author}: </span>
        )}
        {isForMe && <span className="fm-hidden">Mentions you. </span>}
        {children}
      </div>
    </article>
  );
}

function AuthorStone({ id, name }: { id: string; name: string }) {
  const { online } = useMember();
  return <StoneAvatar id={id} name={name} size={38} online={online.has(id)} />;
}

function Time({ timestamp, className }: { timestamp: string; className: string | undefined }) {
  return (
    <time className={className} dateTime={timestamp} title={fullTime(timestamp)}>
      {clockTime(timestamp)}
    </time>
  );
}
