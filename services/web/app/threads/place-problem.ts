import { describe, Problem } from '../api/problem';
import type { ThreadDraft } from './draft';

type Field = keyof ThreadDraft;

const FIELD_OF: Record<string, Field> = {
  invalid_title: 'title',
  invalid_body: 'body',
  too_complex: 'body',
  invalid_tags: 'tags',
  category_not_found: 'category',
};

/** Where a refusal belongs: at a field, or (null) above the form. */
export function placeProblem(error: unknown): { field: Field | null; text: string } {
  const field = error instanceof Problem ? (FIELD_OF[error.code] ?? null) : null;
  return { field, text: describe(error) };
}

/** What is missing in a draft, by field; empty when nothing is. */
export function missing(
  draft: Pick<ThreadDraft, 'title' | 'body'>,
  hasFiles: boolean,
): Partial<Record<Field, string>> {
  return {
    ...(draft.title.trim() === '' && { title: 'A thread needs a title.' }),
    ...(draft.body.trim() === '' && !hasFiles && { body: 'Say something, or add a file.' }),
  };
}
