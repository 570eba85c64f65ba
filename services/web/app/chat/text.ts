/** A piece of a message. The parts of a text joined together are the text. */
export type Part =
  | { kind: 'text'; text: string }
  | { kind: 'link'; text: string; href: string }
  | { kind: 'mention'; text: string; username: string };

/** A link, or a mention that does not follow a word or an e-mail address. */
const PATTERN = /(https?:\/\/[^\s<>"'`]+)|(?<![\p{L}\p{N}_])@([A-Za-z0-9_.-]{2,32})/giu;

/** Splits what a person wrote into text, links and mentions. */
export function parseText(content: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of content.matchAll(PATTERN)) {
    const part = match[1] === undefined ? mention(match[2] ?? '') : link(match[1]);
    if (part === null) continue;
    if (match.index > end) parts.push({ kind: 'text', text: content.slice(end, match.index) });
    parts.push(part);
    end = match.index + part.text.length;
  }
  if (end < content.length) parts.push({ kind: 'text', text: content.slice(end) });
  return parts;
}

/** Whether the text mentions the user, in any letter case. */
export function mentions(content: string, username: string): boolean {
  const wanted = username.toLowerCase();
  return parseText(content).some(
    (part) => part.kind === 'mention' && part.username.toLowerCase() === wanted,
  );
}

/** A sentence's end belongs to the sentence, not to the name. */
function mention(raw: string): Part | null {
  const username = raw.replace(/[.-]+$/, '');
  return username.length < 2 ? null : { kind: 'mention', text: `@${username}`, username };
}

function link(raw: string): Part | null {
  const text = trimUrl(raw);
  try {
    const url = new URL(text);
    const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
    return isWeb && url.hostname !== '' ? { kind: 'link', text, href: url.href } : null;
  } catch {
    return null;
  }
}

/** Takes off closing punctuation, but keeps a bracket that was opened inside the address. */
function trimUrl(raw: string): string {
  let text = raw;
  for (;;) {
    const last = text.at(-1) ?? '';
    const isLooseBracket = last === ')' && count(text, ')') > count(text, '(');
    if (!isLooseBracket && !'.,;:!?*_~]}'.includes(last)) return text;
    text = text.slice(0, -1);
  }
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}

/** The `@word` that ends at the caret, for completion. */
export interface MentionQuery {
  /** Position of the "@". */
  start: number;
  /** What follows it; may be empty. */
  query: string;
}

/** The mention that is being typed at `caret`, or null. */
export function mentionAt(text: string, caret: number): MentionQuery | null {
  const match = /(?<![\p{L}\p{N}_])@([A-Za-z0-9_.-]{0,32})$/u.exec(text.slice(0, caret));
  const query = match?.[1];
  return query === undefined ? null : { start: caret - query.length - 1, query };
}

/** The text with the mention completed, and where the caret goes. */
export function completeMention(
  text: string,
  caret: number,
  at: MentionQuery,
  username: string,
): { text: string; caret: number } {
  const rest = text.slice(caret);
  const inserted = `@${username}${rest.startsWith(' ') ? '' : ' '}`;
  const head = text.slice(0, at.start) + inserted;
  return { text: head + rest, caret: head.length + (rest.startsWith(' ') ? 1 : 0) };
}

/** Names that fit the query: those that begin with it first, then those that contain it. */
export function suggest(names: readonly string[], query: string, limit: number): string[] {
  const wanted = query.toLowerCase();
  const rank = (name: string) => {
    const at = name.toLowerCase().indexOf(wanted);
    return at === 0 ? 0 : at > 0 ? 1 : 2;
  };
  return [...new Set(names)]
    .filter((name) => rank(name) < 2)
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
    .slice(0, limit);
}
