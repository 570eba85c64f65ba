import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { isRoomId } from '../lib/id';
import { NotFound } from '../ui/NotFound';
import { PeoplePanel } from '../presence/PeoplePanel';
import { RoomList } from '../rooms/RoomList';
import { Logo } from '../ui/Logo';
import { MainNav } from '../ui/MainNav';
import { SideDrawer } from '../ui/SideDrawer';
import classes from './ChatPage.module.css';
import { RoomView } from './RoomView';
import { UserBar } from './UserBar';

/** Rooms, one room, and who is there. On narrow screens the sides become drawers. */
export function ChatPage({ roomId }: { roomId: string }) {
  if (!isRoomId(roomId)) return <NotFound />;
  return <Layout roomId={roomId} />;
}

function Layout({ roomId }: { roomId: string }) {
  const hasRooms = useMediaQuery('(min-width: 48em)', true, { getInitialValueInEffect: false });
  const hasPeople = useMediaQuery('(min-width: 72em)', true, { getInitialValueInEffect: false });
  const [roomsOpen, roomsDrawer] = useDisclosure(false);
  const [peopleOpen, peopleDrawer] = useDisclosure(false);
  const [peopleShown, people] = useDisclosure(true);
  const onPeople = hasPeople ? people.toggle : peopleDrawer.toggle;
  const isPeopleVisible = hasPeople ? peopleShown : peopleOpen;
  return (
    <div className={classes.root}>
      <a className="fm-skip" href="#fm-composer">
        Skip to the message box
      </a>
      {hasRooms && (
        <nav className={classes.rooms} aria-label="Rooms">
          <Side roomId={roomId} />
        </nav>
      )}
      <main className={classes.main}>
        <RoomView
          key={roomId}
          roomId={roomId}
          onRooms={hasRooms ? undefined : roomsDrawer.open}
          onPeople={onPeople}
          isPeopleVisible={isPeopleVisible}
        />
      </main>
      {hasPeople && peopleShown && (
        <aside className={classes.people} aria-label="People">
          <PeoplePanel />
        </aside>
      )}
      <SideDrawer
        label="Rooms"
        position="left"
        opened={roomsOpen && !hasRooms}
        onClose={roomsDrawer.close}
      >
        <Side roomId={roomId} onChosen={roomsDrawer.close} />
      </SideDrawer>
      <SideDrawer
        label="People"
        position="right"
        opened={peopleOpen && !hasPeople}
        onClose={peopleDrawer.close}
      >
        <PeoplePanel />
      </SideDrawer>
    </div>
  );
}

function Side({ roomId, onChosen }: { roomId: string; onChosen?: () => void }) {
  return (
    <>
      <div className={classes.brand}>
        <Logo size={26} />
      </div>
      <MainNav {...(onChosen && { onChosen })} />
      <div className={classes.sideBody}>
        <RoomList current={roomId} {...(onChosen && { onChosen })} />
      </div>
      <UserBar />
    </>
  );
}
