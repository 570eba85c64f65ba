// What people do in the forum, over the API, for those who need no page.
import { PASSWORD } from './person.js';

const tokens = new Map();

/** A token of somebody who registered in a page. Kept: too many log-ins are refused. */
export async function tokenOf(server, username, { fresh = false } = {}) {
  const key = `${server.url} ${username}`;
  if (fresh || !tokens.has(key)) {
    const login = { identifier: username, password: PASSWORD };
    tokens.set(key, (await request(server, null, 'POST', '/api/auth/login', login)).access_token);
  }
  return tokens.get(key);
}

export async function request(server, token, method, path, body) {
  const answer = await fetch(server.url + path, {
    method,
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

export function openThread(server, token, thread) {
  return request(server, token, 'POST', '/api/threads', { tags: [], ...thread });
}

export function writeComment(server, token, threadId, body, parentId = null) {
  const comment = { body, ...(parentId !== null && { parent_id: parentId }) };
  return request(server, token, 'POST', `/api/threads/${threadId}/comments`, comment);
}
