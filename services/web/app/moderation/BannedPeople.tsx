import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { BannedPerson } from '../api/forum-types';
import { listBanned, unban } from '../api/people';
import { fullTime } from '../lib/time';
import { PersonLine } from '../people/PeopleModal';
import { ListFrame, More } from '../ui/ListFrame';
import { showProblem } from '../ui/toast';
import { useUrlPages } from '../ui/url-pages';
import classes from './Moderation.module.css';

/** Who is banned, and why. New bans are made on people's pages. */
export function BannedPeople() {
  const client = useQueryClient();
  const list = useUrlPages(['banned'], (after) => listBanned({ after }));
  const lift = useMutation({
    mutationFn: (person: BannedPerson) => unban(person.user_id),
    onError: showProblem,
    onSettled: () => client.invalidateQueries({ queryKey: ['banned'] }),
  });
  return (
    <>
      <ListFrame {...list} isEmpty={list.items.length === 0} empty="Nobody is banned.">
        <ul className={classes.list} aria-label="Banned">
          {list.items.map((person) => (
            <PersonLine key={person.user_id} person={person}>
              <span className={classes.meta}>
                {person.reason} ·{' '}
                {person.until === null ? 'until it is lifted' : `until ${fullTime(person.until)}`}
              </span>
              <Button
                size="compact-sm"
                variant="default"
                aria-label={`Lift the ban of ${person.username}`}
                onClick={() => lift.mutate(person)}
              >
                Lift
              </Button>
            </PersonLine>
          ))}
        </ul>
      </ListFrame>
      <More {...list} label="More" />
    </>
  );
}
