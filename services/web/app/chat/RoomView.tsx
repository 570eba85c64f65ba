import { Button, Text, Title } from '@mantine/core';
import { useRef, useState, type DragEvent } from 'react';
import { DropTarget } from '../files/DropTarget';
import { UploadTray } from '../files/UploadTray';
import { useStore } from '../lib/store';
import { useUnreadCount } from '../notifications/useNotifications';
import { useCreateRoom, useRooms } from '../rooms/useRooms';
import { useTitle } from '../ui/title';
import { Composer } from './Composer';
import { ConnectionNote } from './ConnectionNote';
import { MessageList, type MessageListHandle } from './MessageList';
import { RoomHeader } from './RoomHeader';
import classes from './RoomView.module.css';
import { TypingNote } from './TypingNote';
import { useRoom } from './useRoom';

interface RoomViewProps {
  roomId: string;
  onRooms: (() => void) | undefined;
  onPeople: () => void;
  isPeopleVisible: boolean;
}

/** One room: its messages and the box to write in. */
export function RoomView({ roomId, ...headerProps }: RoomViewProps) {
  const { session, uploads } = useRoom(roomId);
  const { history } = useStore(session.state);
  const { rooms } = useRooms();
  const room = rooms.find((other) => other.id === roomId);
  const name = room?.name ?? roomId;
  const list = useRef<MessageListHandle>(null);
  const { isDropping, ...dropHandlers } = useDrop((files) => uploads.add(files));
  useTitle(name, useUnreadCount());

  return (
    <section className={classes.root} aria-label={name} {...dropHandlers}>
      <RoomHeader
        name={name}
        description={room?.description ?? ''}
        socket={session.socket}
        {...headerProps}
      />
      <ConnectionNote socket={session.socket} />
      {history === 'missing' ? (
        <MissingRoom roomId={roomId} onMade={() => session.retryHistory()} />
      ) : (
        <MessageList ref={list} session={session} roomName={name} />
      )}
      <div className={classes.foot}>
        <TypingNote session={session} />
        <UploadTray uploads={uploads} />
        <Composer
          key={roomId}
          session={session}
          roomId={roomId}
          roomName={name}
          onFiles={(files) => uploads.add(files)}
          onSent={() => list.current?.toBottom()}
          disabled={history === 'missing'}
        />
      </div>
      {isDropping && <DropTarget roomName={name} />}
    </section>
  );
}

/** Files that are dragged over the room and let go there. */
function useDrop(onFiles: (files: File[]) => void) {
  const [depth, setDepth] = useState(0);
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  return {
    isDropping: depth > 0,
    onDragEnter: (event: DragEvent) => {
      if (hasFiles(event)) setDepth((now) => now + 1);
    },
    onDragLeave: (event: DragEvent) => {
      if (hasFiles(event)) setDepth((now) => Math.max(0, now - 1));
    },
    onDragOver: (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault();
    },
    onDrop: (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setDepth(0);
      onFiles([...event.dataTransfer.files]);
    },
  };
}

/** The address names a room that does not exist. A slip of the finger must not make one. */
function MissingRoom({ roomId, onMade }: { roomId: string; onMade: () => void }) {
  const create = useCreateRoom();
  const make = () => {
    create.mutate({ id: roomId, name: roomId, description: '' }, { onSettled: onMade });
  };
  return (
    <div className={classes.missing}>
      <Title order={2} size="h3">
        There is no room called {roomId}
      </Title>
      <Text c="dimmed">It may have another name, or you can open it now.</Text>
      <Button variant="light" loading={create.isPending} onClick={make}>
        Open #{roomId}
      </Button>
    </div>
  );
}
