import type { KeyValue } from '../lib/storage';

/** A thread that is being written. */
export interface ThreadDraft {
  title: string;
  body: string;
  category: string;
  tags: string[];
}

export const TITLE_MAX = 200;
export const BODY_MAX = 40_000;
export const TAGS_MAX = 5;
export const FILES_MAX = 10;
export const FILE_MAX_BYTES = 10 * 1024 * 1024;

const key = (userId: string) => `folkmoot.draft/thread/${userId}`;

/** What was being written when the page was left, or nothing if that makes no sense. */
export function loadDraft(storage: KeyValue, userId: string): ThreadDraft | null {
  try {
    const draft = JSON.parse(storage.get(key(userId)) ?? 'null') as Partial<ThreadDraft> | null;
    if (draft === null || typeof draft.title !== 'string' || typeof draft.body !== 'string') {
      return null;
    }
    const tags = Array.isArray(draft.tags) ? draft.tags : [];
    return {
      title: draft.title,
      body: draft.body,
      category: typeof draft.category === 'string' ? draft.category : '',
      tags: tags.filter((tag) => typeof tag === 'string'),
    };
  } catch {
    return null;
  }
}

export function saveDraft(storage: KeyValue, userId: string, draft: ThreadDraft): void {
  const isEmpty = draft.title === '' && draft.body === '' && draft.tags.length === 0;
  if (isEmpty) clearDraft(storage, userId);
  else storage.set(key(userId), JSON.stringify(draft));
}

export function clearDraft(storage: KeyValue, userId: string): void {
  storage.remove(key(userId));
}

/** A tag as the server takes it: "Rain Barrels" → "rain-barrels". */
export function tidyTag(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 32)
    .replace(/-+$/, '');
}

/** What is wrong with the files, or null. */
export function checkFiles(files: readonly File[], already = 0): string | null {
  if (files.length + already > FILES_MAX) return `At most ${FILES_MAX} files.`;
  const large = files.find((file) => file.size > FILE_MAX_BYTES);
  return large ? `${large.name} is larger than 10 MB.` : null;
}
