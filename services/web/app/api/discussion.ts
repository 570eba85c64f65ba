import type {
  Attachment,
  AuditEntry,
  Category,
  Comment,
  LikeAnswer,
  NewCategory,
  NewThread,
  Report,
  Revision,
  SearchHit,
  TagCount,
  Thread,
  ThreadSummary,
} from './forum-types';
import { apiPath, call, callPage, type Page, type Query } from './request';

/** What can be liked, reported, edited and so on. */
export interface Target {
  kind: 'threads' | 'comments';
  id: string;
}

function targetPath({ kind, id }: Target): string {
  return `/api/${kind}/${encodeURIComponent(id)}`;
}

export function listThreads(query: Query): Promise<Page<ThreadSummary>> {
  return callPage('/api/threads', query);
}

export function getThread(id: string): Promise<Thread> {
  return call('GET', apiPath`/api/threads/${id}`);
}

/** Opens a thread, with its files in the same request. */
export function createThread(thread: NewThread, files: readonly File[]): Promise<Thread> {
  if (files.length === 0) return call('POST', '/api/threads', { body: thread });
  const form = new FormData();
  form.set('title', thread.title);
  form.set('body', thread.body);
  form.set('category', thread.category);
  for (const tag of thread.tags) form.append('tags', tag);
  for (const file of files) form.append('files', file, file.name);
  return call('POST', '/api/threads', { body: form });
}

export type ThreadChange = Pick<NewThread, 'title' | 'body' | 'tags'>;

export function editThread(id: string, change: ThreadChange): Promise<Thread> {
  return call('PUT', apiPath`/api/threads/${id}`, { body: change });
}

export function markThreadRead(id: string, commentId: string | null): Promise<void> {
  const body = commentId === null ? {} : { comment_id: commentId };
  return call('PUT', apiPath`/api/threads/${id}/read`, { body });
}

export function addAttachments(id: string, files: readonly File[]): Promise<Attachment[]> {
  const form = new FormData();
  for (const file of files) form.append('files', file, file.name);
  return call('POST', apiPath`/api/threads/${id}/attachments`, { body: form });
}

export function deleteAttachment(threadId: string, id: string): Promise<void> {
  return call('DELETE', apiPath`/api/threads/${threadId}/attachments/${id}`);
}

/** Where the bytes of an attachment are. Made here: an address in an answer gets no token. */
export function attachmentPath(threadId: string, id: string): string {
  return apiPath`/api/threads/${threadId}/attachments/${id}`;
}

export function listComments(threadId: string, query: Query): Promise<Page<Comment>> {
  return callPage(apiPath`/api/threads/${threadId}/comments`, query);
}

export function getComment(id: string): Promise<Comment> {
  return call('GET', apiPath`/api/comments/${id}`);
}

export function createComment(
  threadId: string,
  body: string,
  parentId: string | null,
): Promise<Comment> {
  const comment = { body, ...(parentId !== null && { parent_id: parentId }) };
  return call('POST', apiPath`/api/threads/${threadId}/comments`, { body: comment });
}

export function editComment(id: string, body: string): Promise<Comment> {
  return call('PUT', apiPath`/api/comments/${id}`, { body: { body } });
}

export function setLiked(target: Target, liked: boolean): Promise<LikeAnswer> {
  return call(liked ? 'PUT' : 'DELETE', `${targetPath(target)}/like`);
}

export function listRevisions(target: Target): Promise<Revision[]> {
  return call('GET', `${targetPath(target)}/history`);
}

export function remove(target: Target): Promise<void> {
  return call('DELETE', targetPath(target));
}

export function restore(target: Target): Promise<void> {
  return call('POST', `${targetPath(target)}/restore`);
}

export function report(target: Target, reason: string): Promise<void> {
  return call('POST', `${targetPath(target)}/report`, { body: { reason } });
}

export function setLocked(id: string, locked: boolean): Promise<void> {
  return call(locked ? 'PUT' : 'DELETE', apiPath`/api/threads/${id}/lock`);
}

export function setPinned(id: string, pinned: boolean): Promise<void> {
  return call(pinned ? 'PUT' : 'DELETE', apiPath`/api/threads/${id}/pin`);
}

export function moveThread(id: string, category: string): Promise<void> {
  return call('POST', apiPath`/api/threads/${id}/move`, { body: { category } });
}

export function listCategories(): Promise<Category[]> {
  return call('GET', '/api/categories', { query: { limit: 200 } });
}

export function createCategory(category: NewCategory): Promise<Category> {
  return call('POST', '/api/categories', { body: category });
}

export function listTags(): Promise<TagCount[]> {
  return call('GET', '/api/tags', { query: { limit: 30 } });
}

export function searchAll(query: Query): Promise<Page<SearchHit>> {
  return callPage('/api/search', query);
}

export function listReports(query: Query): Promise<Page<Report>> {
  return callPage('/api/reports', query);
}

export type Resolution = 'dismiss' | 'delete' | 'resolve';

export function resolveReport(id: string, action: Resolution, note: string): Promise<void> {
  return call('POST', apiPath`/api/reports/${id}/resolve`, { body: { action, note } });
}

export function listAudit(query: Query): Promise<Page<AuditEntry>> {
  return callPage('/api/audit-log', query);
}
