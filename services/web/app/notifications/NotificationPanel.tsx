import {
  ActionIcon,
  Anchor,
  Button,
  SegmentedControl,
  Skeleton,
  Text,
  Tooltip,
} from '@mantine/core';
import {
  IconArrowBackUp,
  IconAt,
  IconBell,
  IconHeart,
  IconMessage,
  IconNotes,
  IconTrash,
  IconUserPlus,
} from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { describe } from '../api/problem';
import type { Notification } from '../api/types';
import { fullTime, timeAgo } from '../lib/time';
import { notificationPath } from './kinds';
import classes from './NotificationPanel.module.css';
import { useNotificationActions, useNotificationList, useUnreadCount } from './useNotifications';

const KIND_ICONS: Record<string, typeof IconBell | undefined> = {
  mention: IconAt,
  'comment.replied': IconArrowBackUp,
  'thread.commented': IconMessage,
  'thread.liked': IconHeart,
  'comment.liked': IconHeart,
  post: IconNotes,
  follow: IconUserPlus,
  message: IconMessage,
};

interface NotificationPanelProps {
  onDone: () => void;
  /** On a page of its own it is as long as it is. */
  isPage?: boolean;
}

/** The list behind the bell. */
export function NotificationPanel({ onDone, isPage = false }: NotificationPanelProps) {
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
      <ul className={classes.list} aria-label="Notifications" data-page={isPage || undefined}>
        {data?.map((notification) => (
          <Item key={notification.id} notification={notification} onDone={onDone} />
        ))}
      </ul>
      {!isPage && (
        <p className={classes.foot}>
          <Anchor component={Link} href="/notifications" size="sm" onClick={onDone}>
            All notifications
          </Anchor>
        </p>
      )}
    </div>
  );
}

function Item({ notification, onDone }: { notification: Notification; onDone: () => void }) {
  const { id, title, body, is_read, created_at } = notification;
  const Icon = KIND_ICONS[notification.notif_type] ?? IconBell;
  const [, navigate] = useLocation();
  const { read, remove } = useNotificationActions();
  const open = () => {
    if (!is_read) read.mutate(id);
    const path = notificationPath(notification);
    if (path === null) return;
    navigate(path);
    onDone();
  };
  return (
    <li className={classes.item} data-unread={!is_read || undefined}>
      <button type="button" className={classes.open} onClick={open}>
        <span className={classes.title}>
          <Icon size={15} stroke={1.8} aria-hidden="true" />
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
