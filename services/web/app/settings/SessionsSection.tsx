import { Badge, Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { LoginSession } from '../api/forum-types';
import { listSessions, logoutEverywhere, revokeSession } from '../api/people';
import { session as account } from '../auth/browser';
import { Time } from '../people/Byline';
import { AskModal, type Question } from '../ui/AskModal';
import { Trouble, Waiting } from '../ui/ListFrame';
import { showProblem } from '../ui/toast';
import { browserName } from './browser-name';
import { Section } from './Section';
import classes from './Section.module.css';

const KEY = ['sessions'];

const EVERYWHERE: Question = {
  title: 'Log out everywhere?',
  text: 'Every browser and device that is logged in to your account, this one too.',
  confirm: 'Log out everywhere',
  onConfirm: async () => {
    await logoutEverywhere();
    account.forget();
  },
};

/** Where one is logged in. */
export function SessionsSection() {
  const query = useQuery({ queryKey: KEY, queryFn: listSessions });
  const [isAsking, setAsking] = useState(false);
  return (
    <Section id="sessions" title="Where you are logged in">
      <Trouble {...query} />
      {query.isLoading && <Waiting />}
      <ul className={classes.list} aria-label="Sessions">
        {query.data?.map((each) => (
          <SessionRow key={each.id} session={each} />
        ))}
      </ul>
      <Button variant="default" size="sm" mt="sm" onClick={() => setAsking(true)}>
        Log out everywhere
      </Button>
      <AskModal question={isAsking ? EVERYWHERE : null} onClose={() => setAsking(false)} />
    </Section>
  );
}

function SessionRow({ session }: { session: LoginSession }) {
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: () => revokeSession(session.id),
    onError: showProblem,
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
  const name = browserName(session.user_agent);
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        {name} {session.current && <Badge variant="light">this one</Badge>}
        <div className={classes.note}>
          last used <Time at={session.refreshed_at} />
          {session.network !== null && ` from ${session.network}`}
        </div>
      </div>
      {!session.current && (
        <Button
          variant="default"
          size="compact-sm"
          loading={end.isPending}
          aria-label={`End the session of ${name}`}
          onClick={() => end.mutate()}
        >
          End
        </Button>
      )}
    </li>
  );
}
