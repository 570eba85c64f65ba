import { createContext, use } from 'react';
import type { User } from '../api/types';
import type { OpenRooms } from './open-rooms';

/** What every part of the chat page may need. */
export interface Member {
  user: User;
  rooms: OpenRooms;
  /** Ids of those who are online. */
  online: ReadonlySet<string>;
}

export const MemberContext = createContext<Member | null>(null);

export function useMember(): Member {
  const member = use(MemberContext);
  if (member === null) throw new Error('outside of the chat page');
  return member;
}
