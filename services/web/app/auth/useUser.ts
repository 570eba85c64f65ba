import type { User } from '../api/types';
import { useStore } from '../lib/store';
import { session } from './browser';

/** Who is logged in; null for visitors. */
export function useUser(): User | null {
  return useStore(session.state).user;
}

/** Whether the user may do what moderators may. */
export function isModerator(user: Pick<User, 'roles'> | null): boolean {
  return user !== null && (user.roles.includes('moderator') || isAdmin(user));
}

export function isAdmin(user: Pick<User, 'roles'> | null): boolean {
  return user?.roles.includes('admin') === true;
}
