/** The `after` cursor of `Link: <...>; rel="next"`, when there is another page. */
export function nextCursor(header: string | null, base: string): string | null {
  for (const link of (header ?? '').split(/,\s*(?=<)/)) {
    const next = /^<([^>]+)>.*;\s*rel="?next"?/.exec(link);
    if (next?.[1] !== undefined) return new URL(next[1], base).searchParams.get('after');
  }
  return null;
}
