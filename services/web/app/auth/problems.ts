import { describe, Problem } from '../api/problem';

export type AuthField = 'identifier' | 'email' | 'username' | 'password';

/** Where an error belongs: at a field, or (null) above the form. */
export interface PlacedError {
  field: AuthField | null;
  text: string;
}

/** Finds the field that the problem's code names. */
export function placeError(error: unknown, fields: readonly AuthField[]): PlacedError {
  const text = describe(error);
  if (!(error instanceof Problem) || error.status === 429) return { field: null, text };
  if (error.code === 'invalid_credentials') {
    return { field: null, text: 'That name or e-mail and that password do not go together.' };
  }
  const named = fields.find((field) => error.code.includes(field));
  return { field: named ?? null, text };
}
