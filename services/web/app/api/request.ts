import { authorisedFetch } from './fetch';
import { nextCursor } from './link';
import { Problem } from './problem';

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface Wanted {
  query?: Query;
  /** Sent as JSON, or as a form when it is one. */
  body?: unknown;
  signal?: AbortSignal;
}

export interface Page<T> {
  items: T[];
  /** The cursor of the next page, when there is one. */
  next: string | null;
}

/** A path of which every part is a single step, whatever it holds. */
export function apiPath(strings: TemplateStringsArray, ...parts: string[]): string {
  return strings.reduce((path, text, at) => path + encodeURIComponent(parts[at - 1] ?? '') + text);
}

function address(path: string, query: Query = {}): URL {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') {
      url.searchParams.set(name, String(value));
    }
  }
  return url;
}

async function send(method: string, path: string, wanted: Wanted): Promise<Response> {
  const { body, signal } = wanted;
  const init: RequestInit = { method, ...(signal && { signal }) };
  if (body instanceof FormData) init.body = body;
  else if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'content-type': 'application/json' };
  }
  const response = await authorisedFetch(new Request(address(path, wanted.query), init));
  if (response.ok) return response;
  const problem: unknown = await response.json().catch(() => null);
  throw Problem.from(response.status, response.headers, problem);
}

async function parse<T>(response: Response): Promise<T> {
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** Calls the API of this site; throws `Problem` for anything but a good answer. */
export async function call<T = void>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  wanted: Wanted = {},
): Promise<T> {
  return parse<T>(await send(method, path, wanted));
}

/** One page of a list. */
export async function callPage<T>(path: string, query: Query = {}): Promise<Page<T>> {
  const response = await send('GET', path, { query });
  const items = await parse<T[]>(response);
  return { items, next: nextCursor(response.headers.get('link'), location.origin) };
}

/** The bytes behind a path of this site. */
export async function download(path: string, signal: AbortSignal): Promise<Blob> {
  return (await send('GET', path, { signal })).blob();
}
