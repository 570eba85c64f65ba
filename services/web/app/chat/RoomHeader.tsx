import { ActionIcon, Title, Tooltip } from '@mantine/core';
import { IconMenu2, IconUsers } from '@tabler/icons-react';
import { Bell } from '../notifications/Bell';
import { ConnectionDot } from './ConnectionNote';
import { useMember } from './member';
import classes from './RoomHeader.module.css';
import type { RoomSocket } from './room-session';

interface RoomHeaderProps {
  name: string;
  description: string;
  socket: RoomSocket;
  onRooms: (() => void) | undefined;
  onPeople: () => void;
  isPeopleVisible: boolean;
}

/** The room's name, the bell and the switch for the people beside it. */
export function RoomHeader(props: RoomHeaderProps) {
  const { name, description, socket, onRooms, onPeople, isPeopleVisible } = props;
  const { online } = useMember();
  const peopleLabel = `People, ${online.size} online`;
  return (
    <header className={classes.root}>
      {onRooms && (
        <ActionIcon aria-label="Rooms" onClick={onRooms}>
          <IconMenu2 size={21} stroke={1.7} />
        </ActionIcon>
      )}
      <div className={classes.words}>
        <Title order={1} className={classes.name}>
          <span className={classes.hash} aria-hidden="true">
            #
          </span>
          <span className={classes.nameText}>{name}</span>
          <ConnectionDot socket={socket} />
        </Title>
        {description !== '' && <p className={classes.description}>{description}</p>}
      </div>
      <Bell />
      <Tooltip label={isPeopleVisible ? 'Hide people' : 'Show people'}>
        <ActionIcon
          aria-label={peopleLabel}
          aria-expanded={isPeopleVisible}
          className={classes.people ?? ''}
          onClick={onPeople}
        >
          <IconUsers size={20} stroke={1.7} />
          <span className={classes.count}>{online.size}</span>
        </ActionIcon>
      </Tooltip>
    </header>
  );
}
