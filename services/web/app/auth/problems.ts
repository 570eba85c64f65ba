import { describe, Problem } from '../api/problem';

/** Where an error belongs: at a field, or (null) above the form. */
export interface PlacedError<F extends string> {
  field: F | null;
  text: string;
}

/** Finds the field that the problem's code names, the longest name first. */
export function placeError<F extends string>(error: unknown, fields: readonly F[]): PlacedError<F> {
  const text = describe(error);
  if (!(error instanceof Problem) || error.status === 429) return { field: null, text };
  if (error.code === 'invalid_credentials') {
    return { field: null, text: 'That name or e-mail and that password do not go together.' };
  }
  const byLength = [...fields].sort((a, b) => b.length - a.length);
  return { field: byLength.find((field) => error.code.includes(field)) ?? null, text };
}
