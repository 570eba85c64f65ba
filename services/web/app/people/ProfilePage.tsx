import { Anchor, Button, Menu, ActionIcon, Text } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { listThreads } from '../api/discussion';
import type { Profile, Relationship } from '../api/forum-types';
import { getProfile, setRelation, type Relation } from '../api/people';
import { Problem } from '../api/problem';
import { isModerator, useUser } from '../auth/useUser';
import { fullTime } from '../lib/time';
import { loginPath } from '../paths';
import { ThreadRow } from '../threads/ThreadRow';
import { ListFrame, More, Trouble, Waiting } from '../ui/ListFrame';
import { Page } from '../ui/Page';
import { showProblem } from '../ui/toast';
import { useUrlPages } from '../ui/url-pages';
import { BanModal } from './BanModal';
import { PersonAvatar } from './PersonAvatar';
import { PeopleModal } from './PeopleModal';
import classes from './ProfilePage.module.css';

/** Somebody's page: who they are, and what they opened. */
export function ProfilePage({ username }: { username: string }) {
  const query = useQuery({
    queryKey: ['profile', username.toLowerCase()],
    queryFn: () => getProfile(username),
  });
  const { data: profile, error, isLoading } = query;
  const isNobody = error instanceof Problem && error.status === 404;
  return (
    <Page title={profile?.username ?? username}>
      {isNobody ? <Text>There is nobody of that name.</Text> : <Trouble {...query} />}
      {isLoading && <Waiting />}
      {profile && <Who profile={profile} />}
      {profile && <OwnThreads profile={profile} />}
    </Page>
  );
}

const SINCE = new Intl.DateTimeFormat(undefined, { month: 'long', year: 'numeric' });

function Who({ profile }: { profile: Profile }) {
  const { user_id, username, display_name, bio, website, location, created_at } = profile;
  const [list, setList] = useState<'followers' | 'following' | null>(null);
  return (
    <section className={classes.who} aria-label={`About ${username}`}>
      <PersonAvatar id={user_id} name={username} url={profile.avatar_url} size={84} />
      <div className={classes.words}>
        <p className={classes.name}>{display_name ?? username}</p>
        <p className={classes.meta}>
          @{username} · here since{' '}
          <time dateTime={created_at} title={fullTime(created_at)}>
            {SINCE.format(new Date(created_at))}
          </time>
          {location !== null && ` · ${location}`}
        </p>
        {bio !== null && (
          <p className={classes.bio} dir="auto">
            {bio}
          </p>
        )}
        {website !== null && /^https?:\/\//.test(website) && (
          <Anchor href={website} target="_blank" rel="ugc nofollow noopener noreferrer">
            {website}
          </Anchor>
        )}
        <p className={classes.counts}>
          <Anchor component="button" type="button" onClick={() => setList('followers')}>
            {profile.follower_count} {profile.follower_count === 1 ? 'follower' : 'followers'}
          </Anchor>
          <Anchor component="button" type="button" onClick={() => setList('following')}>
            {profile.following_count} following
          </Anchor>
          {profile.relationship?.followed_by === true && <span>follows you</span>}
        </p>
        <Relations profile={profile} />
      </div>
      <PeopleModal userId={user_id} which={list} onClose={() => setList(null)} />
    </section>
  );
}

function Relations({ profile }: { profile: Profile }) {
  const user = useUser();
  const [path, navigate] = useLocation();
  const { set, isPending } = useRelation(profile);
  const { relationship } = profile;
  if (user?.id === profile.user_id) {
    return (
      <Button component={Link} href="/settings" variant="default" size="sm">
        Edit your profile
      </Button>
    );
  }
  if (relationship === null) {
    return (
      <Button size="sm" onClick={() => navigate(loginPath(path))}>
        Follow
      </Button>
    );
  }
  const { follows, blocks } = relationship;
  return (
    <div className={classes.actions}>
      {blocks ? (
        <Button size="sm" variant="default" onClick={() => set('block', false)}>
          Unblock
        </Button>
      ) : (
        <Button
          size="sm"
          variant={follows ? 'default' : 'filled'}
          aria-pressed={follows}
          loading={isPending}
          onClick={() => set('follow', !follows)}
        >
          {follows ? 'Following' : 'Follow'}
        </Button>
      )}
      <RelationMenu profile={profile} relationship={relationship} set={set} />
    </div>
  );
}

interface RelationMenuProps {
  profile: Profile;
  relationship: Relationship;
  set: (relation: Relation, on: boolean) => void;
}

function RelationMenu({ profile, relationship, set }: RelationMenuProps) {
  const user = useUser();
  const [isBanning, setBanning] = useState(false);
  const { blocks, mutes } = relationship;
  return (
    <>
      <Menu position="bottom-start" width={230} withinPortal={false}>
        <Menu.Target>
          <ActionIcon variant="default" aria-label={`More about ${profile.username}`}>
            <IconDots size={19} stroke={1.7} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => set('mute', !mutes)}>
            {mutes ? 'Unmute' : 'Mute: do not hear of them'}
          </Menu.Item>
          {!blocks && (
            <Menu.Item onClick={() => set('block', true)}>
              Block: neither hears of the other
            </Menu.Item>
          )}
          {isModerator(user) && (
            <Menu.Item color="red" onClick={() => setBanning(true)}>
              Ban
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <BanModal person={isBanning ? profile : null} onClose={() => setBanning(false)} />
    </>
  );
}

/** Follows, blocks or mutes. Shown at once, and taken back when the server refuses. */
function useRelation({ user_id, username }: Profile) {
  const client = useQueryClient();
  const queryKey = ['profile', username.toLowerCase()];
  const mutation = useMutation({
    mutationFn: ({ relation, on }: { relation: Relation; on: boolean }) =>
      setRelation(user_id, relation, on),
    onError: showProblem,
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey }),
        client.invalidateQueries({ queryKey: ['feed'] }),
        client.invalidateQueries({ queryKey: ['own-people'] }),
      ]),
  });
  const set = (relation: Relation, on: boolean) => mutation.mutate({ relation, on });
  return { set, isPending: mutation.isPending };
}

function OwnThreads({ profile }: { profile: Profile }) {
  const list = useUrlPages(['threads', 'of', profile.user_id], (after) =>
    listThreads({ author: profile.user_id, sort: 'new', after, limit: 20 }),
  );
  return (
    <section aria-labelledby="fm-own-threads">
      <h2 className={classes.heading} id="fm-own-threads">
        Threads
      </h2>
      <ListFrame {...list} isEmpty={list.items.length === 0} empty="None yet.">
        <ul className={classes.list} aria-label="Threads">
          {list.items.map((thread) => (
            <ThreadRow key={thread.id} thread={thread} />
          ))}
        </ul>
      </ListFrame>
      <More {...list} label="More threads" />
    </section>
  );
}
