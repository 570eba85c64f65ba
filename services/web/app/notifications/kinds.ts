import type { Notification } from '../api/types';
import { roomPath, profilePath, threadPath } from '../paths';

/** Where a notification leads, or null when it leads nowhere. */
export function notificationPath(notification: Notification): string | null {
  const { thread_id, comment_id, actor_name } = notification;
  if (thread_id) return threadPath(thread_id, comment_id ?? null);
  if (notification.room_id) return roomPath(notification.room_id);
  if (notification.notif_type === 'follow' && actor_name) return profilePath(actor_name);
  return null;
}
