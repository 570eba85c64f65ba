/** The addresses of the pages. */
export function threadPath(id: string, commentId: string | null = null): string {
  const anchor = commentId === null ? '' : `#comment-${encodeURIComponent(commentId)}`;
  return `/threads/${encodeURIComponent(id)}${anchor}`;
}

/** One comment with what follows below it. */
export function subtreePath(threadId: string, commentId: string): string {
  return `${threadPath(threadId)}/comments/${encodeURIComponent(commentId)}`;
}

export function tagPath(tag: string): string {
  return `/threads?${new URLSearchParams({ tag }).toString()}`;
}

export function categoryPath(slug: string): string {
  return `/threads?${new URLSearchParams({ category: slug }).toString()}`;
}

export function profilePath(username: string): string {
  return `/u/${encodeURIComponent(username)}`;
}

export function roomPath(id: string): string {
  return `/rooms/${encodeURIComponent(id)}`;
}

export function loginPath(next: string): string {
  return next === '/' ? '/login' : `/login?${new URLSearchParams({ next }).toString()}`;
}
