import type { Preference } from './forum-types';
import { call } from './request';

const PATH = '/api/notifications/preferences';

/** Every kind of notification, and whether one is told of it. */
export function listPreferences(): Promise<Preference[]> {
  return call('GET', PATH);
}

/** Answers with every kind as it is then. */
export function setPreference(preference: Preference): Promise<Preference[]> {
  return call('PUT', PATH, { body: [preference] });
}
