import type {
  AccountExport,
  BannedPerson,
  LoginSession,
  OwnProfile,
  Person,
  Profile,
  Relationship,
  Role,
} from './forum-types';
import { apiPath, call, callPage, type Page, type Query } from './request';
import type { User } from './types';

export function getProfile(username: string): Promise<Profile> {
  return call('GET', `/api/users/${encodeURIComponent(`@${username}`)}`);
}

export type Relation = 'follow' | 'block' | 'mute';

export function setRelation(
  userId: string,
  relation: Relation,
  on: boolean,
): Promise<Relationship> {
  return call(on ? 'PUT' : 'DELETE', `/api/users/${encodeURIComponent(userId)}/${relation}`);
}

export function listPeople(
  userId: string,
  which: 'followers' | 'following',
  query: Query,
): Promise<Page<Person>> {
  return callPage(`/api/users/${encodeURIComponent(userId)}/${which}`, query);
}

export function listOwn(which: 'blocks' | 'mutes'): Promise<Page<Person>> {
  return callPage(`/api/users/me/${which}`, { limit: 200 });
}

/** What is left out or empty is shown no more. */
export interface ProfileChange {
  display_name: string;
  bio: string;
  website: string;
  location: string;
  /** The id of an uploaded file, or its address. */
  avatar: string | null;
}

/** Throws `profile_not_found` (404) for who has said nothing yet. */
export function getOwnProfile(): Promise<OwnProfile> {
  return call('GET', '/api/profile');
}

export function editProfile(change: ProfileChange): Promise<OwnProfile> {
  return call('PUT', '/api/profile', { body: change });
}

export function ban(userId: string, reason: string, until: string | null): Promise<void> {
  return call('POST', apiPath`/api/users/${userId}/ban`, { body: { reason, until } });
}

export function unban(userId: string): Promise<void> {
  return call('DELETE', apiPath`/api/users/${userId}/ban`);
}

export function listBanned(query: Query): Promise<Page<BannedPerson>> {
  return callPage('/api/users/banned', query);
}

export function setRole(userId: string, role: string, on: boolean): Promise<void> {
  return call(on ? 'PUT' : 'DELETE', apiPath`/api/users/${userId}/roles/${role}`);
}

export function listRoles(): Promise<Role[]> {
  return call('GET', '/api/users/roles');
}

export function createRole(name: string, description: string): Promise<Role> {
  return call('POST', '/api/users/roles', { body: { name, description } });
}

/** The account as it is now. */
export function getAccount(): Promise<User & { email_verified?: boolean }> {
  return call('GET', '/api/auth/me');
}

export function listSessions(): Promise<LoginSession[]> {
  return call('GET', '/api/auth/sessions', { query: { limit: 200 } });
}

export function revokeSession(id: string): Promise<void> {
  return call('DELETE', apiPath`/api/auth/sessions/${id}`);
}

export function logoutEverywhere(): Promise<void> {
  return call('POST', '/api/auth/logout-all');
}

export function changePassword(password: string, next: string): Promise<void> {
  return call('POST', '/api/auth/password/change', { body: { password, new_password: next } });
}

export function changeEmail(email: string, password: string): Promise<void> {
  return call('POST', '/api/auth/email/change', { body: { email, password } });
}

export function forgotPassword(email: string): Promise<void> {
  return call('POST', '/api/auth/password/forgot', { body: { email } });
}

export function resetPassword(email: string, code: string, password: string): Promise<void> {
  return call('POST', '/api/auth/password/reset', { body: { email, code, password } });
}

export function verifyEmail(code: string): Promise<void> {
  return call('POST', '/api/auth/email/verify', { body: { code } });
}

export function resendVerification(email: string): Promise<void> {
  return call('POST', '/api/auth/email/resend', { body: { email } });
}

export function deleteAccount(password: string): Promise<void> {
  return call('DELETE', '/api/users/me', { body: { password } });
}

export function listExports(): Promise<AccountExport[]> {
  return call('GET', '/api/users/me/exports');
}

/** The path of one part of an export. */
export function exportPartPath(id: string, service: string): string {
  return apiPath`/api/users/me/exports/${id}/${service}`;
}

export function requestExport(): Promise<AccountExport> {
  return call('POST', '/api/users/me/exports');
}
