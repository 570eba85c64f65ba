import { ActionIcon, Button, Skeleton, Text, TextInput, Title, Tooltip } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { describe } from '../api/problem';
import type { Room } from '../api/types';
import { useUnreadByRoom } from '../notifications/useNotifications';
import { CreateRoomModal } from './CreateRoomModal';
import classes from './RoomList.module.css';
import { useRooms } from './useRooms';

const FILTER_FROM = 6;

interface RoomListProps {
  current: string;
  onChosen?: () => void;
}

/** The rooms to choose from. Alt with the arrow keys goes up and down, Ctrl+K filters. */
export function RoomList({ current, onChosen }: RoomListProps) {
  const { rooms, isLoading, error, hasNextPage, fetchNextPage, isFetchingNextPage, refetch } =
    useRooms();
  const [, navigate] = useLocation();
  const [filter, setFilter] = useState('');
  const [isCreating, creating] = useDisclosure(false);
  const input = useRef<HTMLInputElement>(null);
  const unread = useUnreadByRoom();
  const shown = withCurrent(rooms, current, isLoading).filter((room) => fits(room, filter));

  const go = (room: Room | undefined) => {
    if (room === undefined) return;
    navigate(roomPath(room.id));
    setFilter('');
    onChosen?.();
  };
  const move = (by: number) => {
    const at = shown.findIndex((room) => room.id === current);
    go(shown[(at + by + shown.length) % shown.length]);
  };
  useHotkeys(
    [
      ['alt+ArrowUp', () => move(-1)],
      ['alt+ArrowDown', () => move(1)],
      ['mod+K', () => input.current?.focus()],
    ],
    [],
  );

  return (
    <div className={classes.root}>
      <div className={classes.head}>
        <Title order={2} className={classes.title} id="fm-rooms">
          Rooms
        </Title>
        <Tooltip label="New room">
          <ActionIcon aria-label="New room" onClick={creating.open}>
            <IconPlus size={19} stroke={1.8} />
          </ActionIcon>
        </Tooltip>
      </div>
      {(rooms.length >= FILTER_FROM || filter !== '') && (
        <TextInput
          ref={input}
          className={classes.filter ?? ''}
          size="sm"
          aria-label="Filter rooms"
          placeholder="Find a room"
          leftSection={<IconSearch size={16} stroke={1.8} />}
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') go(shown[0]);
            if (event.key === 'Escape') setFilter('');
          }}
        />
      )}
      {isLoading && <Skeleton height={38} mx="xs" width="auto" aria-hidden="true" />}
      {error && (
        <Text size="sm" c="dimmed" px="md">
          {describe(error)}{' '}
          <Button variant="subtle" size="compact-sm" onClick={() => void refetch()}>
            Try again
          </Button>
        </Text>
      )}
      <ul className={classes.list} aria-labelledby="fm-rooms">
        {shown.map((room) => (
          <li key={room.id}>
            <RoomLink
              room={room}
              isCurrent={room.id === current}
              unread={unread.get(room.id) ?? 0}
              onClick={onChosen}
            />
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <Button
          variant="subtle"
          size="sm"
          mx="xs"
          loading={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          More rooms
        </Button>
      )}
      <CreateRoomModal opened={isCreating} onClose={creating.close} />
    </div>
  );
}

interface RoomLinkProps {
  room: Room;
  isCurrent: boolean;
  unread: number;
  onClick: (() => void) | undefined;
}

function RoomLink({ room, isCurrent, unread, onClick }: RoomLinkProps) {
  return (
    <Link
      href={roomPath(room.id)}
      className={classes.room}
      aria-current={isCurrent ? 'page' : undefined}
      title={room.description || undefined}
      onClick={() => onClick?.()}
    >
      <span className={classes.hash} aria-hidden="true">
        #
      </span>
      <span className={classes.name}>{room.name || room.id}</span>
      {unread > 0 && (
        <span className={classes.badge}>
          {unread}
          <span className="fm-hidden"> unread</span>
        </span>
      )}
    </Link>
  );
}

function roomPath(id: string): string {
  return `/rooms/${encodeURIComponent(id)}`;
}

function fits(room: Room, filter: string): boolean {
  const wanted = filter.trim().toLowerCase();
  return `${room.name}\n${room.id}`.toLowerCase().includes(wanted);
}

/** The room one is in is listed even before the server lists it. */
function withCurrent(rooms: Room[], current: string, isLoading: boolean): Room[] {
  if (isLoading || rooms.some((room) => room.id === current)) return rooms;
  return [{ id: current, name: current, description: '' }, ...rooms];
}
