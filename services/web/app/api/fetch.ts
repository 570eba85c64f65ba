import { session } from '../auth/browser';
import { Problem } from './problem';

async function send(request: Request, token: string | null): Promise<Response> {
  if (token !== null) request.headers.set('authorization', `Bearer ${token}`);
  return fetch(request).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw Problem.unreachable();
  });
}

/**
 * `fetch` with the access token. A 401 renews the token and tries once more; only ever used
 * with this site's own addresses.
 */
export async function authorisedFetch(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await send(request, await session.freshToken());
  const isVisitor = session.state.get().status === 'signed_out';
  if (response.status !== 401 || isVisitor) return response;
  if ((await session.refresh()) !== 'ok') return response;
  return send(again, await session.freshToken());
}
