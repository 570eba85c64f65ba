import { describe, expect, test } from 'vitest';
import { completeMention, mentionAt, mentions, parseText, suggest } from './text';

const kinds = (content: string) =>
  parseText(content)
    .filter((part) => part.kind !== 'text')
    .map((part) => part.text);
const joined = (content: string) =>
  parseText(content)
    .map((part) => part.text)
    .join('');

describe('parseText', () => {
  test.each([
    ['see https://example.org.', ['https://example.org']],
    ['(https://example.org/a_(b))', ['https://example.org/a_(b)']],
    ['HTTPS://EXAMPLE.ORG/x?y=1&z=2#f!', ['HTTPS://EXAMPLE.ORG/x?y=1&z=2#f']],
    ['javascript:alert(1) data:text/html,x vbscript:x', []],
    ['https:// http://', []],
    ['"https://example.org"onmouseover="x"', ['https://example.org']],
    ['https://example.org/<script>', ['https://example.org/']],
    ['hi @ada, and @bo.', ['@ada', '@bo']],
    ['@ada.lovelace-1_x.', ['@ada.lovelace-1_x']],
    ['mail ada@example.org, zoë@x, x_@ada', []],
    ['(@ada)/@bo \u00a1@cy!', ['@ada', '@bo', '@cy']],
    ['@a @@ada', ['@ada']],
    ['@ada:@bo', ['@ada', '@bo']],
    ['https://example.org/@ada', ['https://example.org/@ada']],
  ])('%s', (content, expected) => {
    expect(kinds(content)).toEqual(expected);
    expect(joined(content)).toBe(content);
  });

  test('links lead to the web only', () => {
    for (const part of parseText('https://a.example http://b.example ftp://c.example')) {
      if (part.kind === 'link') expect(part.href).toMatch(/^https?:/);
    }
  });

  test('is quick on hostile text', () => {
    const started = performance.now();
    for (const piece of ['@', '(', 'http://', 'https://a)', '@a.-', '<script>']) {
      const content = piece.repeat(16_000 / piece.length);
      expect(joined(content)).toBe(content);
    }
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

test('mentions ignores letter case and does not take parts of names', () => {
  expect(mentions('hey @ADA!', 'ada')).toBe(true);
  expect(mentions('hey @adamant', 'ada')).toBe(false);
});

describe('completion', () => {
  test.each([
    ['@', 1, { start: 0, query: '' }],
    ['hi @ad', 6, { start: 3, query: 'ad' }],
    ['hi @ada there', 5, { start: 3, query: 'a' }],
    ['mail@ad', 7, null],
    ['hi @ada ', 8, null],
  ])('of %s at %i', (text, caret, expected) => {
    expect(mentionAt(text, caret)).toEqual(expected);
  });

  test('puts in the name and one space', () => {
    const at = { start: 3, query: 'ad' };
    expect(completeMention('hi @ad', 6, at, 'ada')).toEqual({ text: 'hi @ada ', caret: 8 });
    expect(completeMention('hi @ad there', 6, at, 'ada')).toEqual({
      text: 'hi @ada there',
      caret: 8,
    });
  });

  test('offers beginnings first', () => {
    expect(suggest(['Bada', 'ada', 'bo', 'ada'], 'ad', 5)).toEqual(['ada', 'Bada']);
  });
});
