import type { Preference } from './forum-types';
import { call } from './request';

const PATH = '/api/notifications/preferences';

/** Every kind of notification, and whether one is told of it. */
export function listPreferences(): Promise<Preference[]> {
  return call('GET', PATH);
}

export function setPreference(kind: string, inApp: boolean): Promise<void> {
  return call('PUT', `${PATH}/${encodeURIComponent(kind)}`, { body: { in_app: inApp } });
}
