import { Button, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Person } from '../api/forum-types';
import { listOwn, setRelation } from '../api/people';
import { PersonLine } from '../people/PeopleModal';
import { Trouble } from '../ui/ListFrame';
import { showProblem } from '../ui/toast';
import { Section } from './Section';
import classes from './Section.module.css';

/** Whom one has blocked and muted. */
export function PeopleSection() {
  return (
    <Section id="people" title="Blocked and muted">
      <List which="blocks" title="Blocked" end="Unblock" />
      <List which="mutes" title="Muted" end="Unmute" />
    </Section>
  );
}

interface ListProps {
  which: 'blocks' | 'mutes';
  title: string;
  end: string;
}

function List({ which, title, end }: ListProps) {
  const client = useQueryClient();
  const queryKey = ['own-people', which];
  const query = useQuery({ queryKey, queryFn: () => listOwn(which) });
  const change = useMutation({
    mutationFn: (person: Person) =>
      setRelation(person.user_id, which === 'blocks' ? 'block' : 'mute', false),
    onError: showProblem,
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey }),
        client.invalidateQueries({ queryKey: ['profile'] }),
      ]),
  });
  const people = query.data?.items ?? [];
  return (
    <>
      <h3 className={classes.note} style={{ margin: '0.4rem 0 0' }}>
        {title}
      </h3>
      <Trouble {...query} />
      {query.isSuccess && people.length === 0 && <Text mb="sm">Nobody</Text>}
      <ul className={classes.list}>
        {people.map((person) => (
          <PersonLine key={person.user_id} person={person}>
            <Button
              variant="default"
              size="compact-sm"
              aria-label={`${end} ${person.username}`}
              onClick={() => change.mutate(person)}
            >
              {end}
            </Button>
          </PersonLine>
        ))}
      </ul>
    </>
  );
}
