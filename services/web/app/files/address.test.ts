import { expect, test } from 'vitest';
import { nextCursor } from '../api/link';
import { fileId, formatSize, isPicture } from './address';

test.each([
  ['/api/files/01890a5d-ac96-774b-bcce-b302099a8057/download', true],
  ['https://evil.example/api/files/1/download', false],
  ['//evil.example/api/files/1/download', false],
  ['/api/files/../auth/me/download', false],
  ['/api/files/a%2F..%2Fb/download', false],
  ['/api/files/1/download?x=1', false],
  ['javascript:alert(1)', false],
  ['', false],
  [null, false],
])('the token goes with %s: %s', (url, expected) => {
  expect(fileId(url) !== null).toBe(expected);
});

test('only pictures without script are shown in place', () => {
  expect(isPicture('image/png')).toBe(true);
  expect(isPicture('image/svg+xml')).toBe(false);
  expect(isPicture('text/html')).toBe(false);
});

test('sizes are given in words', () => {
  expect(formatSize(812)).toBe('812 B');
  expect(formatSize(25_000_000)).toMatch(/^25.* MB$/);
});

test('the next page is found in the Link header', () => {
  const base = 'http://localhost';
  expect(nextCursor('</rooms?limit=50&after=abc%3D>; rel="next"', base)).toBe('abc=');
  expect(nextCursor('</rooms?after=1>; rel="prev", </rooms?after=9>; rel="next"', base)).toBe('9');
  expect(nextCursor(null, base)).toBeNull();
});
