import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { Page } from '../ui/Page';
import { NotificationPanel } from './NotificationPanel';
import classes from './NotificationsPage.module.css';

/** All notifications, on a page of their own. */
export function NotificationsPage() {
  return (
    <Page
      title="Notifications"
      actions={
        <Button component={Link} href="/settings#notifications" variant="default" size="sm">
          What to hear of
        </Button>
      }
    >
      <div className={classes.root}>
        <NotificationPanel onDone={() => undefined} isPage />
      </div>
    </Page>
  );
}
