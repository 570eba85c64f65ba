/**
 * The path that a visitor wanted before the log in, or null when the text is no path of this
 * site: it comes from the address bar, and must not lead anywhere else.
 */
export function ownPath(text: string | null): string | null {
  if (text === null || !/^\/(?![/\\])/.test(text)) return null;
  const base = 'https://own.invalid';
  try {
    const url = new URL(text, base);
    return url.origin === base ? url.pathname + url.search + url.hash : null;
  } catch {
    return null;
  }
}
