import { expect, test } from 'vitest';
import { markParts } from './marks';

test('what was found is marked', () => {
  const found = { excerpt: 'an oak door', marks: [{ start: 3, end: 6 }] };
  expect(markParts(found)).toEqual([
    { text: 'an ', isMark: false },
    { text: 'oak', isMark: true },
    { text: ' door', isMark: false },
  ]);
});

test.each([
  [[]],
  [[{ start: 5, end: 2 }]],
  [[{ start: 0, end: 99 }]],
  [[{ start: -4, end: 2 }]],
  [
    [
      { start: 4, end: 6 },
      { start: 1, end: 5 },
    ],
  ],
])('marks that make no sense take nothing away: %j', (marks) => {
  const text = 'an oak door';
  const joined = markParts({ excerpt: text, marks }).map((part) => part.text);
  expect(joined.join('')).toBe(text);
});
