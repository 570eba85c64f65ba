import { expect, test } from 'vitest';
import { ownPath } from './own-path';

test.each([
  ['/threads/1?sort=new#c2', '/threads/1?sort=new#c2'],
  ['/rooms/general', '/rooms/general'],
  ['//evil.example/', null],
  ['/\\evil.example/', null],
  ['/\t/evil.example', null],
  ['https://evil.example/', null],
  ['javascript:alert(1)', null],
  ['threads', null],
  ['', null],
  [null, null],
])('after the log in %s leads to %s', (text, expected) => {
  expect(ownPath(text)).toBe(expected);
});
