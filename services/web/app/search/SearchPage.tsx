import { Button, Group, NativeSelect, SegmentedControl, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { Link, useSearchParams } from 'wouter';
import { searchAll } from '../api/discussion';
import type { SearchHit } from '../api/forum-types';
import { categoryPath, threadPath } from '../paths';
import { Byline } from '../people/Byline';
import { useCategories } from '../threads/CategoryNav';
import { ListFrame, More } from '../ui/ListFrame';
import { Page } from '../ui/Page';
import { useUrlPages } from '../ui/url-pages';
import { markParts } from './marks';
import classes from './SearchPage.module.css';

const WORDS_MAX = 200;
const PAGE = 20;

/** Finds threads and comments by their words. */
export function SearchPage() {
  const [params, setParams] = useSearchParams();
  const words = params.get('q') ?? '';
  const category = params.get('category') ?? '';
  const where = params.get('in') === 'comments' ? 'comments' : 'threads';
  const [typed, setTyped] = useState(words);
  const categories = useCategories();
  const go = (change: Record<string, string>) => {
    const all = Object.entries({ q: typed.trim(), category, in: where, ...change });
    setParams(new URLSearchParams(all.filter(([, value]) => value !== '' && value !== 'threads')));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    go({});
  };
  return (
    <Page title="Search" focusTitle={false}>
      <search>
        <form onSubmit={submit} aria-label="Search">
          <Group align="end" gap="sm">
            <TextInput
              className={classes.words ?? ''}
              label="Words"
              type="search"
              maxLength={WORDS_MAX}
              leftSection={<IconSearch size={17} stroke={1.8} />}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
            <NativeSelect
              label="Category"
              value={category}
              onChange={(event) => go({ category: event.currentTarget.value })}
              data={[
                { value: '', label: 'All' },
                ...categories.map(({ slug, name }) => ({ value: slug, label: name })),
              ]}
            />
            <Button type="submit">Search</Button>
          </Group>
          <SegmentedControl
            size="xs"
            mt="sm"
            aria-label="What to search"
            value={where}
            onChange={(value) => go({ in: value })}
            data={[
              { value: 'threads', label: 'Threads' },
              { value: 'comments', label: 'Comments' },
            ]}
          />
        </form>
      </search>
      {words === '' ? (
        <Text c="dimmed" mt="lg">
          Only what you may read is found.
        </Text>
      ) : (
        <Results
          key={`${words}\n${category}\n${where}`}
          query={{ q: words, category, in: where }}
        />
      )}
    </Page>
  );
}

function Results({ query }: { query: { q: string; category: string; in: string } }) {
  const list = useUrlPages(['search', query], (after) =>
    searchAll({ ...query, after, limit: PAGE }),
  );
  return (
    <section aria-label="Results" className={classes.results}>
      <ListFrame
        {...list}
        isEmpty={list.items.length === 0}
        empty={`Nothing was found for “${query.q}”.`}
      >
        <ul className={classes.list}>
          {list.items.map((hit) => (
            <Hit key={hit.comment_id ?? hit.thread_id} hit={hit} />
          ))}
        </ul>
      </ListFrame>
      <More {...list} label="More results" />
    </section>
  );
}

function Hit({ hit }: { hit: SearchHit }) {
  return (
    <li className={classes.hit}>
      <h2 className={classes.title}>
        <Link href={threadPath(hit.thread_id, hit.comment_id)} dir="auto">
          {hit.title}
        </Link>
      </h2>
      <p className={classes.excerpt} dir="auto">
        {markParts(hit).map(({ text, isMark }, at) =>
          isMark ? <mark key={at}>{text}</mark> : text,
        )}
      </p>
      <p className={classes.meta}>
        <Byline author={hit.author} createdAt={hit.created_at} size={20} />
        <Link href={categoryPath(hit.category.slug)}>{hit.category.name}</Link>
      </p>
    </li>
  );
}
