import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './SideDrawer.module.css';

interface SideDrawerProps {
  label: string;
  opened: boolean;
  onClose: () => void;
  position: 'left' | 'right';
  children: ReactNode;
}

/** A side of the page that comes in over it on narrow screens. */
export function SideDrawer({ label, opened, onClose, position, children }: SideDrawerProps) {
  return (
    <Drawer.Root opened={opened} onClose={onClose} position={position} size="18.5rem">
      <Drawer.Overlay backgroundOpacity={0.45} />
      <Drawer.Content aria-label={label} className={classes.content ?? ''}>
        <Drawer.Body className={classes.body ?? ''}>{children}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
