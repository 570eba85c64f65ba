import { Button, Group, SegmentedControl, Switch } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'wouter';
import { listTags, listThreads } from '../api/discussion';
import { useUser } from '../auth/useUser';
import { tagPath } from '../paths';
import { ListFrame, More } from '../ui/ListFrame';
import { Page } from '../ui/Page';
import { useUrlPages } from '../ui/url-pages';
import { useCategories } from './CategoryNav';
import { readFilter, toQuery, withChange, type ThreadFilter } from './filter';
import classes from './ThreadListPage.module.css';
import { ThreadRow } from './ThreadRow';

const PAGE = 30;

/** The threads, by category, tag, author, unread; newest activity or newest first. */
export function ThreadListPage() {
  const [params] = useSearchParams();
  const filter = readFilter(params);
  return <Threads key={JSON.stringify(filter)} filter={filter} />;
}

function Threads({ filter }: { filter: ThreadFilter }) {
  const categories = useCategories();
  const user = useUser();
  const list = useUrlPages(['threads', filter], (after) =>
    listThreads({ ...toQuery(filter), after, limit: PAGE }),
  );
  const category = categories.find(({ slug }) => slug === filter.category);
  const isFiltered = filter.tag !== null || filter.author !== null || filter.unread;
  const newPath = `/threads/new${category ? `?category=${encodeURIComponent(category.slug)}` : ''}`;
  return (
    <Page
      title={category?.name ?? filter.category ?? 'Discussions'}
      actions={
        <Button component={Link} href={newPath} size="sm" leftSection={<IconPlus size={17} />}>
          New thread
        </Button>
      }
    >
      {category?.description && <p className={classes.description}>{category.description}</p>}
      <Choices filter={filter} hasUnread={user !== null} />
      {!isFiltered && <PopularTags />}
      <ListFrame
        {...list}
        isEmpty={list.items.length === 0}
        empty={isFiltered ? 'No thread is like that.' : 'Nobody has opened a thread here yet.'}
      >
        <ul className={classes.list} aria-label="Threads">
          {list.items.map((thread) => (
            <ThreadRow key={thread.id} thread={thread} />
          ))}
        </ul>
      </ListFrame>
      <More {...list} label="More threads" />
    </Page>
  );
}

function Choices({ filter, hasUnread }: { filter: ThreadFilter; hasUnread: boolean }) {
  const [params, setParams] = useSearchParams();
  const change = (next: Parameters<typeof withChange>[1]) => setParams(withChange(params, next));
  return (
    <Group gap="md" mb="sm">
      <SegmentedControl
        size="xs"
        aria-label="Order"
        value={filter.sort}
        onChange={(sort) => change({ sort: sort === 'activity' ? null : sort })}
        data={[
          { value: 'activity', label: 'Latest activity' },
          { value: 'new', label: 'Newest' },
        ]}
      />
      {hasUnread && (
        <Switch
          size="sm"
          label="Unread only"
          checked={filter.unread}
          onChange={(event) => change({ unread: event.currentTarget.checked ? 'true' : null })}
        />
      )}
      {(['tag', 'author'] as const).map((name) => {
        const value = filter[name];
        if (value === null) return null;
        return (
          <Button
            key={name}
            size="compact-sm"
            variant="light"
            rightSection={<IconX size={14} />}
            aria-label={`Remove the filter ${name} ${value}`}
            onClick={() => change({ [name]: null })}
          >
            {name === 'tag' ? `#${value}` : `by ${value}`}
          </Button>
        );
      })}
    </Group>
  );
}

function PopularTags() {
  const { data = [] } = useQuery({
    queryKey: ['tags'],
    queryFn: listTags,
    staleTime: 60_000,
  });
  if (data.length === 0) return null;
  return (
    <ul className={classes.tags} aria-label="Tags">
      {data.slice(0, 15).map(({ tag }) => (
        <li key={tag}>
          <Link href={tagPath(tag)}>#{tag}</Link>
        </li>
      ))}
    </ul>
  );
}
