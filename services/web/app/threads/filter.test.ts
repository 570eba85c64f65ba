import { describe, expect, test } from 'vitest';
import { hrefFrom, pagesWanted, PAGES_MAX } from '../ui/url-pages';
import { readFilter, toQuery, withChange } from './filter';

const params = (text: string) => new URLSearchParams(text);

describe('the filter in the address', () => {
  test('is read, and what makes no sense is left out', () => {
    expect(readFilter(params('category=garden&tag=rain&sort=new&unread=true'))).toEqual({
      category: 'garden',
      tag: 'rain',
      author: null,
      sort: 'new',
      unread: true,
    });
    expect(readFilter(params('category=%20&sort=<script>&unread=1'))).toEqual({
      category: null,
      tag: null,
      author: null,
      sort: 'activity',
      unread: false,
    });
  });

  test('asks the server for what is chosen only', () => {
    expect(toQuery(readFilter(params(''))).unread).toBeNull();
  });

  test('another choice begins at the first page', () => {
    const next = withChange(params('tag=a&after=x&pages=4'), { sort: 'new', tag: null });
    expect(next.toString()).toBe('sort=new');
  });
});

describe('pages in the address', () => {
  test.each([
    ['', 1],
    ['pages=3', 3],
    ['pages=0', 1],
    ['pages=-2', 1],
    ['pages=1e9', PAGES_MAX],
    ['pages=NaN', 1],
    ['pages=%00', 1],
  ])('%s opens %i', (text, expected) => {
    expect(pagesWanted(params(text))).toBe(expected);
  });

  test('the next page keeps the choice', () => {
    expect(hrefFrom('/threads', params('tag=a&pages=3&after=x'), 'y/z')).toBe(
      '/threads?tag=a&after=y%2Fz',
    );
    expect(hrefFrom('/threads', params('after=x'), null)).toBe('/threads');
  });
});
