/** Who is typing, until when. Pure functions. */
export interface Typist {
  userId: string;
  username: string;
  /** Milliseconds since the epoch. */
  until: number;
}

/** A little longer than the server's own time limit of 5 s, so that a late frame does not flicker. */
export const TYPING_MS = 6_000;

export function startTyping(
  typists: readonly Typist[],
  userId: string,
  username: string,
  now: number,
): readonly Typist[] {
  return [...endTyping(typists, userId), { userId, username, until: now + TYPING_MS }];
}

export function endTyping(typists: readonly Typist[], userId: string): readonly Typist[] {
  return typists.some((typist) => typist.userId === userId)
    ? typists.filter((typist) => typist.userId !== userId)
    : typists;
}

export function expireTyping(typists: readonly Typist[], now: number): readonly Typist[] {
  return typists.some((typist) => typist.until <= now)
    ? typists.filter((typist) => typist.until > now)
    : typists;
}

/** "ada is typing", "ada and bo are typing", "5 people are typing", or "" for nobody. */
export function typingLine(typists: readonly Typist[]): string {
  const names = typists.map((typist) => typist.username);
  if (names.length === 0) return '';
  if (names.length === 1) return `${names[0]} is typing`;
  if (names.length === 2) return `${names[0]} and ${names[1]} are typing`;
  return `${names.length} people are typing`;
}
