import type { Excerpt } from '../api/forum-types';

/** The text in pieces; joined together they are the text, whatever the marks say. */
export function markParts({ excerpt: text, marks }: Excerpt): { text: string; isMark: boolean }[] {
  const parts: { text: string; isMark: boolean }[] = [];
  let end = 0;
  for (const mark of marks) {
    if (mark.start < end || mark.end <= mark.start || mark.end > text.length) continue;
    if (mark.start > end) parts.push({ text: text.slice(end, mark.start), isMark: false });
    parts.push({ text: text.slice(mark.start, mark.end), isMark: true });
    end = mark.end;
  }
  if (end < text.length) parts.push({ text: text.slice(end), isMark: false });
  return parts;
}
