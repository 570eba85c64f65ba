import { Button, Modal, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Person } from '../api/forum-types';
import { listPeople } from '../api/people';
import { profilePath } from '../paths';
import { Trouble, Waiting } from '../ui/ListFrame';
import { PersonAvatar } from './PersonAvatar';
import classes from './PeopleModal.module.css';

interface PeopleModalProps {
  userId: string;
  /** Null while no list is open. */
  which: 'followers' | 'following' | null;
  onClose: () => void;
}

/** Who follows somebody, or whom they follow. */
export function PeopleModal({ userId, which, onClose }: PeopleModalProps) {
  const title = which === 'followers' ? 'Followers' : 'Following';
  return (
    <Modal opened={which !== null} onClose={onClose} title={title}>
      {which !== null && <Listed userId={userId} which={which} onChosen={onClose} />}
    </Modal>
  );
}

interface ListedProps {
  userId: string;
  which: 'followers' | 'following';
  onChosen: () => void;
}

function Listed({ userId, which, onChosen }: ListedProps) {
  const query = useInfiniteQuery({
    queryKey: ['people', userId, which],
    queryFn: ({ pageParam }) => listPeople(userId, which, { after: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const people = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <Trouble {...query} />
      {query.isLoading && <Waiting />}
      {query.isSuccess && people.length === 0 && <Text c="dimmed">Nobody yet.</Text>}
      <ul className={classes.list}>
        {people.map((person) => (
          <PersonLine key={person.user_id} person={person} onChosen={onChosen} />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          variant="light"
          mt="sm"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          More
        </Button>
      )}
    </>
  );
}

interface PersonLineProps {
  person: Pick<Person, 'user_id' | 'username'> & Partial<Person>;
  onChosen?: () => void;
  children?: ReactNode;
}

/** Somebody in a list, with what can be done about them. */
export function PersonLine({ person, onChosen, children }: PersonLineProps) {
  const { user_id, username, display_name = null, avatar_url = null } = person;
  return (
    <li className={classes.line}>
      <PersonAvatar id={user_id} name={username} url={avatar_url} size={32} />
      <Link href={profilePath(username)} className={classes.name} onClick={() => onChosen?.()}>
        {display_name ?? username}
        {display_name !== null && <span className={classes.handle}>@{username}</span>}
      </Link>
      {children}
    </li>
  );
}
