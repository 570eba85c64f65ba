import { Anchor, Button, SegmentedControl } from '@mantine/core';
import { IconArrowUp, IconHeart, IconMessage } from '@tabler/icons-react';
import { Link, useSearchParams } from 'wouter';
import { listHomeFeed, listStream } from '../api/feed';
import type { FeedEntry } from '../api/forum-types';
import { threadPath } from '../paths';
import { Byline } from '../people/Byline';
import { Count, Tags } from '../threads/ThreadRow';
import { ListFrame, More } from '../ui/ListFrame';
import { Page } from '../ui/Page';
import { useUrlPages } from '../ui/url-pages';
import classes from './FeedPage.module.css';
import { useFeedLive } from './useFeedLive';

type View = 'home' | 'all';

/** What is new: from those one follows, or from everybody. */
export function FeedPage() {
  const [params, setParams] = useSearchParams();
  const view: View = params.get('view') === 'all' ? 'all' : 'home';
  return (
    <Page title="Feed">
      <SegmentedControl
        size="sm"
        mb="sm"
        aria-label="Whose"
        value={view}
        onChange={(value) => setParams(value === 'all' ? { view: 'all' } : {})}
        data={[
          { value: 'home', label: 'People you follow' },
          { value: 'all', label: 'Everybody' },
        ]}
      />
      <Entries key={view} view={view} />
    </Page>
  );
}

function Entries({ view }: { view: View }) {
  const load = view === 'home' ? listHomeFeed : listStream;
  const queryKey = ['feed', view];
  const list = useUrlPages(queryKey, load);
  const { newCount, show } = useFeedLive({ queryKey, first: () => load(null) });
  const showNew = () => {
    show();
    document.querySelector('[data-testid=page]')?.scrollTo({ top: 0 });
  };
  return (
    <>
      <div role="status" className={classes.pill}>
        {newCount > 0 && (
          <Button radius="xl" leftSection={<IconArrowUp size={17} />} onClick={showNew}>
            {newCount} new {newCount === 1 ? 'thread' : 'threads'}
          </Button>
        )}
      </div>
      <ListFrame {...list} isEmpty={list.items.length === 0} empty={<Empty view={view} />}>
        <ol className={classes.list} aria-label="Feed">
          {list.items.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </ol>
      </ListFrame>
      <More {...list} label="Earlier" />
    </>
  );
}

function Empty({ view }: { view: View }) {
  if (view === 'all') return <>Nobody has written anything yet.</>;
  return (
    <>
      Follow people on their pages, and what they write is here.{' '}
      <Anchor component={Link} href="/feed?view=all" underline="always">
        See what everybody writes
      </Anchor>
    </>
  );
}

function Entry({ entry }: { entry: FeedEntry }) {
  return (
    <li>
      <article className={classes.entry} data-testid="feed-entry">
        <Byline author={entry.author} createdAt={entry.created_at} />
        <h2 className={classes.title}>
          <Link href={threadPath(entry.thread_id)} dir="auto">
            {entry.title}
          </Link>
        </h2>
        {entry.excerpt !== '' && (
          <p className={classes.excerpt} dir="auto">
            {entry.excerpt}
          </p>
        )}
        <p className={classes.meta}>
          <Count Icon={IconMessage} value={entry.comment_count} one="comment" many="comments" />
          <Count Icon={IconHeart} value={entry.like_count} one="like" many="likes" />
          <Tags tags={entry.tags} />
        </p>
      </article>
    </li>
  );
}
