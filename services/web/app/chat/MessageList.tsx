import { ActionIcon, Button, Loader, Skeleton, Text, Tooltip } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { useImperativeHandle, useMemo, useRef, useState, type Ref } from 'react';
import { Virtuoso, type VirtuosoHandle } from 'react-virtuoso';
import { useStore } from '../lib/store';
import { LogoMark } from '../ui/Logo';
import { missedCount, type MessageLog } from './log';
import { useMember } from './member';
import classes from './MessageList.module.css';
import { MessageRow } from './MessageRow';
import type { RoomSession } from './room-session';
import { makeRows, rowKey, type Row } from './rows';

export interface MessageListHandle {
  toBottom: () => void;
}

interface MessageListProps {
  session: RoomSession;
  roomName: string;
  ref: Ref<MessageListHandle>;
}

interface ListContext {
  session: RoomSession;
  roomName: string;
  rows: readonly Row[];
  firstIndex: number;
}

const NOT_QUITE_BOTTOM_PX = 48;

/** The messages, or why they are not there. */
export function MessageList({ session, roomName, ref }: MessageListProps) {
  const { log, history, historyError } = useStore(session.state);
  const outbox = useStore(session.sender.outbox);
  const rows = useMemo(
    () => makeRows(log.messages, log.atTail ? outbox : []),
    [log.messages, log.atTail, outbox],
  );
  if (history === 'loading' && rows.length === 0) return <Loading />;
  if (history === 'failed' && rows.length === 0) {
    return <Failed error={historyError ?? ''} onRetry={() => session.retryHistory()} />;
  }
  return <Rows session={session} roomName={roomName} log={log} rows={rows} ref={ref} />;
}

interface RowsProps extends MessageListProps {
  log: MessageLog;
  rows: readonly Row[];
}

/** Reads older messages when scrolled up, and never moves what is being read. */
function Rows({ session, roomName, log, rows, ref }: RowsProps) {
  const list = useRef<VirtuosoHandle>(null);
  const { isAtBottom, unseen, noteBottom } = useBottom(session, log);
  const { atTail, firstIndex } = log;
  const toBottom = () => {
    if (atTail) list.current?.scrollToIndex({ index: 'LAST', align: 'end' });
    else void session.jumpToLatest();
  };
  useImperativeHandle(ref, () => ({
    // After the row of what was just sent is there.
    toBottom: () => requestAnimationFrame(toBottom),
  }));
  const context: ListContext = { session, roomName, rows, firstIndex };
  // Whether a row begins a day or a group hangs on the one before it. While that one is not here
  // the row is not drawn, so that no row changes its height when older ones come in front.
  const hidden = log.reachedStart || log.messages.length === 0 ? 0 : 1;
  return (
    <div className={classes.root}>
      <Virtuoso
        key={log.epoch}
        ref={list}
        className={classes.scroller ?? ''}
        role="region"
        aria-label={`Messages in ${roomName}`}
        data-testid="messages"
        data={hidden === 0 ? rows : rows.slice(hidden)}
        context={context}
        firstItemIndex={firstIndex + hidden}
        initialTopMostItemIndex={{ index: 'LAST', align: 'end' }}
        alignToBottom
        atBottomThreshold={NOT_QUITE_BOTTOM_PX}
        atBottomStateChange={noteBottom}
        followOutput={(atBottom) => atBottom && atTail && 'auto'}
        startReached={() => void session.loadOlder()}
        endReached={() => void session.loadNewer()}
        increaseViewportBy={{ top: 800, bottom: 400 }}
        computeItemKey={(_, row) => rowKey(row)}
        components={COMPONENTS}
        itemContent={renderRow}
      />
      {(!isAtBottom || !atTail) && <DownButton unseen={unseen} onClick={toBottom} />}
    </div>
  );
}

/** Whether the newest message is in view, and how many came since it was not. */
function useBottom(session: RoomSession, log: MessageLog) {
  const { liveSeq, atTail } = log;
  const [isAtBottom, setAtBottom] = useState(true);
  const [seenSeq, setSeenSeq] = useState(liveSeq);
  if (isAtBottom && atTail && seenSeq !== liveSeq) setSeenSeq(liveSeq);
  const noteBottom = (atBottom: boolean) => {
    session.noteAtBottom(atBottom);
    setAtBottom(atBottom);
  };
  const unseen = Math.max(missedCount(log), isAtBottom ? 0 : liveSeq - seenSeq);
  return { isAtBottom, unseen, noteBottom };
}

const COMPONENTS = { Header: Top, Footer: Bottom };

function renderRow(index: number, row: Row, { session, rows, firstIndex }: ListContext) {
  return <MessageRow row={row} previous={rows[index - firstIndex - 1]} session={session} />;
}

/** Above the oldest message: more is coming, or this is where the room began. */
function Top({ context }: { context?: ListContext }) {
  const { user } = useMember();
  if (context === undefined) return null;
  return <TopOf {...context} username={user.username} />;
}

function TopOf({ session, roomName, username }: ListContext & { username: string }) {
  const { log } = useStore(session.state);
  if (!log.reachedStart) {
    return (
      <div className={classes.top}>
        <Loader size="sm" type="dots" aria-label="Loading older messages" />
      </div>
    );
  }
  const isEmpty = log.messages.length === 0;
  return (
    <div className={classes.beginning} data-testid="beginning">
      <LogoMark size={44} />
      <p className={classes.beginningTitle}>
        {isEmpty ? 'The fire is lit' : `This is where #${roomName} began`}
      </p>
      {isEmpty && (
        <Text c="dimmed" size="sm">
          Nobody has spoken in #{roomName} yet. Say the first word, {username}.
        </Text>
      )}
    </div>
  );
}

function Bottom() {
  return <div className={classes.bottom} />;
}

function DownButton({ unseen, onClick }: { unseen: number; onClick: () => void }) {
  if (unseen === 0) {
    return (
      <Tooltip label="Newest messages" position="left">
        <ActionIcon
          className={classes.down ?? ''}
          variant="default"
          radius="xl"
          size={40}
          aria-label="Newest messages"
          onClick={onClick}
        >
          <IconArrowDown size={20} stroke={1.8} />
        </ActionIcon>
      </Tooltip>
    );
  }
  return (
    <Button
      className={classes.pill ?? ''}
      radius="xl"
      size="sm"
      rightSection={<IconArrowDown size={16} />}
      onClick={onClick}
    >
      {unseen === 1 ? '1 new message' : `${unseen} new messages`}
    </Button>
  );
}

function Loading() {
  return (
    <div className={classes.loading} role="status" aria-label="Loading messages">
      {[62, 40, 74, 55].map((width) => (
        <div key={width} className={classes.ghost}>
          <Skeleton height={36} circle />
          <div className={classes.ghostLines}>
            <Skeleton height={11} width="9rem" mb={9} />
            <Skeleton height={11} width={`${width}%`} />
          </div>
        </div>
      ))}
    </div>
  );
}

function Failed({ error, onRetry }: { error: string; onRetry: () => void }) {
  return (
    <div className={classes.failed} role="alert">
      <Text>{error}</Text>
      <Button variant="light" onClick={onRetry}>
        Try again
      </Button>
    </div>
  );
}
