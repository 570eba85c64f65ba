import { Skeleton, Text, Title } from '@mantine/core';
import { useMember } from '../chat/member';
import { StoneAvatar } from '../ui/StoneAvatar';
import classes from './PeoplePanel.module.css';
import { useOnline } from './usePresence';

/** The members who are online. */
export function PeoplePanel() {
  const { user } = useMember();
  const { users, more, isLoading } = useOnline();
  const sorted = [...users].sort((a, b) => a.username.localeCompare(b.username));
  return (
    <div className={classes.root}>
      <Title order={2} className={classes.title}>
        Around the fire{' '}
        <span className={classes.count}>
          {users.length}
          {more && '+'}
          <span className="fm-hidden"> online</span>
        </span>
      </Title>
      {isLoading && <Skeleton height={36} radius="md" aria-hidden="true" />}
      <ul className={classes.list} aria-label="Online">
        {sorted.map((person) => (
          <li key={person.user_id} className={classes.person}>
            <StoneAvatar id={person.user_id} name={person.username} size={30} online />
            <span className={classes.name}>{person.username}</span>
            {person.user_id === user.id && <span className={classes.you}>you</span>}
          </li>
        ))}
      </ul>
      {more && (
        <Text size="sm" c="dimmed" mt="xs">
          and more
        </Text>
      )}
    </div>
  );
}
