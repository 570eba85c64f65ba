import { Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Preference } from '../api/forum-types';
import { listPreferences, setPreference } from '../api/preferences';
import { Trouble, Waiting } from '../ui/ListFrame';
import { showProblem } from '../ui/toast';
import { Section } from './Section';
import classes from './Section.module.css';

const KEY = ['preferences'];

const WORDS: Record<string, string | undefined> = {
  mention: 'Somebody mentions you',
  'comment.replied': 'Somebody answers your comment',
  'thread.commented': 'Somebody comments on your thread',
  'thread.liked': 'Somebody likes your thread',
  'comment.liked': 'Somebody likes your comment',
  post: 'Somebody you follow opens a thread',
  follow: 'Somebody follows you',
  message: 'Messages of the forum itself',
};

/** What one wants to hear of. */
export function NotificationSection() {
  const client = useQueryClient();
  const query = useQuery({ queryKey: KEY, queryFn: listPreferences });
  const change = useMutation({
    mutationFn: setPreference,
    onMutate: (next) => {
      client.setQueryData<Preference[]>(KEY, (all) =>
        all?.map((each) => (each.kind === next.kind ? { ...each, in_app: next.in_app } : each)),
      );
    },
    onError: showProblem,
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
  return (
    <Section id="notifications" title="Notifications">
      <Trouble {...query} />
      {query.isLoading && <Waiting />}
      <ul className={classes.list}>
        {query.data?.map(({ kind, in_app }) => (
          <li key={kind} className={classes.row}>
            <Switch
              label={WORDS[kind] ?? kind}
              checked={in_app}
              onChange={(event) => change.mutate({ kind, in_app: event.currentTarget.checked })}
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}
