import { ActionIcon, Indicator, Popover, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBell } from '@tabler/icons-react';
import { NotificationPanel } from './NotificationPanel';
import { useUnreadCount } from './useNotifications';

/** The bell with the number of unread notifications; opens their list. */
export function Bell() {
  const unread = useUnreadCount();
  const [opened, { toggle, close }] = useDisclosure(false);
  const label = unread === 0 ? 'Notifications' : `Notifications, ${unread} unread`;
  return (
    <Popover
      opened={opened}
      onChange={(open) => !open && close()}
      position="bottom-end"
      width="min(24rem, calc(100vw - 1.5rem))"
      shadow="md"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <Tooltip label={label} disabled={opened}>
          <Indicator
            label={unread > 99 ? '99+' : unread}
            size={18}
            offset={6}
            disabled={unread === 0}
            color="var(--fm-ember-soft)"
            styles={{ indicator: { color: 'var(--fm-ember-ink)', fontWeight: 700 } }}
          >
            <ActionIcon aria-label={label} aria-expanded={opened} onClick={toggle}>
              <IconBell size={20} stroke={1.7} />
            </ActionIcon>
          </Indicator>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label="Notifications">
        <NotificationPanel onDone={close} />
      </Popover.Dropdown>
    </Popover>
  );
}
