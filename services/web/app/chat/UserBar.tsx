import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconLogout, IconSettings } from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import { goOffline } from '../api/calls';
import { session } from '../auth/browser';
import { useUser } from '../auth/useUser';
import { loginPath, profilePath } from '../paths';
import { ColorSchemeMenu } from '../ui/ColorSchemeMenu';
import { StoneAvatar } from '../ui/StoneAvatar';
import classes from './UserBar.module.css';

/** Who one is, settings, appearance, and the way out; for visitors the way in. */
export function UserBar() {
  const user = useUser();
  const [path] = useLocation();
  if (user === null) {
    return (
      <div className={classes.root}>
        <Button component={Link} href={loginPath(path)} className={classes.enter ?? ''}>
          Log in
        </Button>
        <ColorSchemeMenu />
      </div>
    );
  }
  const leave = async () => {
    await goOffline(user.id).catch(() => undefined);
    await session.logout();
  };
  return (
    <div className={classes.root}>
      <Link href={profilePath(user.username)} className={classes.me} title="Your profile">
        <StoneAvatar id={user.id} name={user.username} size={32} />
        <span className={classes.name}>{user.username}</span>
      </Link>
      <ColorSchemeMenu />
      <Tooltip label="Settings">
        <ActionIcon component={Link} href="/settings" aria-label="Settings">
          <IconSettings size={19} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Log out">
        <ActionIcon aria-label="Log out" onClick={() => void leave()}>
          <IconLogout size={19} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
