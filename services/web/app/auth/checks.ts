const PASSWORD_MIN = 7;
const PASSWORD_MAX = 256;

export const PASSWORD_HINT = `At least ${PASSWORD_MIN} characters`;

/** What is wrong with a new password, or null. */
export function checkPassword(password: string): string | null {
  const { length } = [...password];
  if (length < PASSWORD_MIN) return PASSWORD_HINT;
  return length > PASSWORD_MAX ? `At most ${PASSWORD_MAX} characters` : null;
}
