import { describe, expect, test } from 'vitest';
import { memoryStore } from '../lib/storage';
import { checkFiles, clearDraft, loadDraft, saveDraft, tidyTag } from './draft';

const draft = { title: 'Rain', body: 'It *rains*.', category: 'garden', tags: ['rain'] };

describe('the draft of a thread', () => {
  test('is there again after a reload, and for its writer only', () => {
    const storage = memoryStore();
    saveDraft(storage, 'u1', draft);
    expect(loadDraft(storage, 'u1')).toEqual(draft);
    expect(loadDraft(storage, 'u2')).toBeNull();
    clearDraft(storage, 'u1');
    expect(loadDraft(storage, 'u1')).toBeNull();
  });

  test('of nothing is not kept', () => {
    const storage = memoryStore();
    saveDraft(storage, 'u1', draft);
    saveDraft(storage, 'u1', { title: '', body: '', category: 'garden', tags: [] });
    expect(storage.keys('folkmoot.draft/')).toEqual([]);
  });

  test.each(['', '{', 'null', '7', '{"title":7,"body":""}', '[]'])('%s is left aside', (text) => {
    const storage = memoryStore();
    storage.set('folkmoot.draft/thread/u1', text);
    expect(loadDraft(storage, 'u1')).toBeNull();
  });

  test('tags that are no texts are left out', () => {
    const storage = memoryStore();
    const text = JSON.stringify({ ...draft, tags: ['a', 7, null] });
    storage.set('folkmoot.draft/thread/u1', text);
    expect(loadDraft(storage, 'u1')?.tags).toEqual(['a']);
  });
});

test.each([
  ['Rain Barrels', 'rain-barrels'],
  ['  Küche! ', 'kuche'],
  ['#tag', 'tag'],
  ['<script>', 'script'],
  ['日本', ''],
  ['x'.repeat(40), 'x'.repeat(32)],
])('the tag %s becomes %s', (text, expected) => {
  expect(tidyTag(text)).toBe(expected);
});

test('too many files and too large ones are told before they are sent', () => {
  const file = (size: number) => ({ name: 'a.png', size }) as File;
  expect(checkFiles([file(1)])).toBeNull();
  expect(checkFiles(Array.from({ length: 11 }, () => file(1)))).toMatch(/10 files/);
  expect(checkFiles([file(1), file(1)], 9)).toMatch(/10 files/);
  expect(checkFiles([file(10 * 1024 * 1024 + 1)])).toMatch(/a\.png/);
});
