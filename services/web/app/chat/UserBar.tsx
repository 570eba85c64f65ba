import { ActionIcon, Tooltip } from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import { goOffline } from '../api/calls';
import { session } from '../auth/browser';
import { ColorSchemeMenu } from '../ui/ColorSchemeMenu';
import { StoneAvatar } from '../ui/StoneAvatar';
import { useMember } from './member';
import classes from './UserBar.module.css';

/** Who one is, appearance, and the way out. */
export function UserBar() {
  const { user } = useMember();
  const leave = async () => {
    await goOffline(user.id).catch(() => undefined);
    await session.logout();
  };
  return (
    <div className={classes.root}>
      <StoneAvatar id={user.id} name={user.username} size={32} />
      <span className={classes.name}>{user.username}</span>
      <ColorSchemeMenu />
      <Tooltip label="Log out">
        <ActionIcon aria-label="Log out" onClick={() => void leave()}>
          <IconLogout size={19} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
