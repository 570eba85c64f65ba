import { QueryClient } from '@tanstack/react-query';
import { describe, expect, test } from 'vitest';
import type { Comment } from '../api/forum-types';
import { commentsKey, insert, insertComments, patchComment } from './cache';
import { sampleComment } from './testing';
import { buildTree, countBelow, type CommentNode } from './tree';

/** The tree as text: a(b(c),d). */
function draw(nodes: CommentNode[]): string {
  return nodes
    .map(({ comment, children }) => comment.id + (children.length > 0 ? `(${draw(children)})` : ''))
    .join(',');
}

const pages = (...lists: Comment[][]) => ({
  pages: lists.map((items, at) => ({ items, next: at === lists.length - 1 ? null : 'more' })),
  pageParams: lists.map(() => null),
});

describe('the tree of comments', () => {
  test('nests answers below what they answer, in the order of time', () => {
    const list = [
      sampleComment('1'),
      sampleComment('3', '1'),
      sampleComment('2', '1'),
      sampleComment('4', '3'),
      sampleComment('5'),
    ];
    expect(draw(buildTree(list))).toBe('1(2,3(4)),5');
  });

  test('shows a comment once, and one of an unknown parent at the top', () => {
    const list = [sampleComment('1'), sampleComment('2', 'gone'), sampleComment('1')];
    expect(draw(buildTree(list))).toBe('1,2');
  });

  test('a ring, which no server should send, hangs nothing up', () => {
    const list = [sampleComment('1', '2'), sampleComment('2', '1'), sampleComment('3', '3')];
    expect(draw(buildTree(list))).toBe('1(2),3');
  });

  test('counts what is below, however deep it is', () => {
    const deep = Array.from({ length: 5_000 }, (_, at) =>
      sampleComment(String(at).padStart(5, '0'), at ? String(at - 1).padStart(5, '0') : null),
    );
    const [top] = buildTree(deep);
    expect(top && countBelow(top)).toBe(4_999);
  });
});

describe('the cache of comments', () => {
  test('a new comment goes where its parent is, once', () => {
    const data = pages([sampleComment('1')], [sampleComment('2')]);
    const once = insert(data, sampleComment('3', '1'), 'tree', null);
    expect(once.pages.map((page) => page.items.length)).toEqual([1, 2]);
    expect(insert(once, sampleComment('3', '1'), 'tree', null)).toBe(once);
  });

  test('an answer to what is not loaded waits for its page', () => {
    const data = pages([sampleComment('1')]);
    expect(insert(data, sampleComment('9', '8'), 'tree', null)).toBe(data);
    expect(insert(data, sampleComment('9', '8'), 'tree', '8').pages[0]?.items).toHaveLength(2);
  });

  test('the newest stand in front', () => {
    const data = pages([sampleComment('1')]);
    const ids = insert(data, sampleComment('9', '8'), 'new', null).pages[0]?.items;
    expect(ids?.map(({ id }) => id)).toEqual(['9', '1']);
  });

  test('a change reaches each list of the thread and no other', () => {
    const client = new QueryClient();
    client.setQueryData(commentsKey('t1'), pages([sampleComment('1')]));
    client.setQueryData(commentsKey('t1', '1'), pages([]));
    client.setQueryData(commentsKey('t2'), pages([sampleComment('1')]));
    insertComments(client, 't1', [sampleComment('2', '1')]);
    patchComment(client, 't1', '2', (comment) => ({ ...comment, like_count: 7 }));
    const likes = (key: readonly unknown[]) =>
      client
        .getQueryData<ReturnType<typeof pages>>(key)
        ?.pages.flatMap((page) => page.items.map((each) => each.like_count));
    expect(likes(commentsKey('t1'))).toEqual([0, 7]);
    expect(likes(commentsKey('t1', '1'))).toEqual([7]);
    expect(likes(commentsKey('t2'))).toEqual([0]);
  });
});
