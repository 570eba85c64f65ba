import { expect, test } from 'vitest';
import { Problem } from '../api/problem';
import { placeError } from './problems';

const problem = (status: number, code: string) => new Problem(status, code, 'words');

test.each([
  ['username_taken', 'username'],
  ['invalid_email', 'email'],
  ['wrong_password', 'password'],
  ['invalid_display_name', 'display_name'],
  ['unavailable', null],
])('%s belongs to %s', (code, field) => {
  const fields = ['name', 'display_name', 'username', 'email', 'password'] as const;
  expect(placeError(problem(422, code), fields).field).toBe(field);
});

test('too many tries and wrong credentials are told above the form', () => {
  expect(placeError(problem(429, 'invalid_email'), ['email']).field).toBeNull();
  const wrong = placeError(problem(401, 'invalid_credentials'), ['password', 'identifier']);
  expect(wrong.field).toBeNull();
  expect(wrong.text).not.toBe('words');
});

test('who is banned is told why and until when', () => {
  const body = { code: 'banned', detail: 'a moderator has banned this account', reason: 'spam' };
  const text = Problem.from(403, new Headers(), { ...body, until: null }).message;
  expect(text).toContain('spam');
  const until = Problem.from(403, new Headers(), { ...body, until: '2026-05-06T00:00:00Z' });
  expect(until.message).toMatch(/until .*2026/);
});
