import { ActionIcon, Button, SegmentedControl, Skeleton, Text, Tooltip } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { describe } from '../api/problem';
import type { Notification } from '../api/types';
import { fullTime, timeAgo } from '../lib/time';
import classes from './NotificationPanel.module.css';
import { useNotificationActions, useNotificationList, useUnreadCount } from './useNotifications';

/** The list behind the bell. */
export function NotificationPanel({ onDone }: { onDone: () => void }) {
  const [unreadOnly, setUnreadOnly] = useState(false);
  const { data, error, isLoading } = useNotificationList(unreadOnly);
  const { readAll } = useNotificationActions();
  const unread = useUnreadCount();
  return (
    <div>
      <div className={classes.head}>
        <SegmentedControl
          size="xs"
          aria-label="Which notifications"
          value={unreadOnly ? 'unread' : 'all'}
          onChange={(value) => setUnreadOnly(value === 'unread')}
          data={[
            { value: 'all', label: 'All' },
            { value: 'unread', label: 'Unread' },
          ]}
        />
        <Button
          variant="subtle"
          size="compact-sm"
          disabled={unread === 0}
          loading={readAll.isPending}
          onClick={() => readAll.mutate()}
        >
          Mark all read
        </Button>
      </div>
      {isLoading && <Skeleton height={56} m="sm" width="auto" />}
      {error && (
        <Text size="sm" p="md" role="alert">
          {describe(error)}
        </Text>
      )}
      {data?.length === 0 && (
        <Text size="sm" c="dimmed" p="lg" ta="center">
          {unreadOnly ? 'Nothing unread.' : 'Nobody has mentioned you yet.'}
        </Text>
      )}
      <ul className={classes.list} aria-label="Notifications">
        {data?.map((notification) => (
          <Item key={notification.id} notification={notification} onDone={onDone} />
        ))}
      </ul>
    </div>
  );
}

function Item({ notification, onDone }: { notification: Notification; onDone: () => void }) {
  const { id, title, body, room_id = null, is_read, created_at } = notification;
  const [, navigate] = useLocation();
  const { read, remove } = useNotificationActions();
  const open = () => {
    if (!is_read) read.mutate(id);
    if (room_id === null) return;
    navigate(`/rooms/${encodeURIComponent(room_id)}`);
    onDone();
  };
  return (
    <li className={classes.item} data-unread={!is_read || undefined}>
      <button type="button" className={classes.open} onClick={open}>
        <span className={classes.title}>
          {!is_read && <span className={classes.mark} aria-hidden="true" />}
          {!is_read && <span className="fm-hidden">Unread: </span>}
          {title}
        </span>
        {body !== '' && <span className={classes.body}>{body}</span>}
        <time className={classes.time} dateTime={created_at} title={fullTime(created_at)}>
          {timeAgo(created_at)}
        </time>
      </button>
      <Tooltip label="Delete">
        <ActionIcon
          aria-label={`Delete notification: ${title}`}
          size="md"
          onClick={() => remove.mutate(id)}
        >
          <IconTrash size={16} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
    </li>
  );
}
