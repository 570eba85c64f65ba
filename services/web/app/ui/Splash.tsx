import { Button, Text } from '@mantine/core';
import { LogoMark } from './Logo';
import classes from './Splash.module.css';

/** Shown until it is known whether the visitor is a member. */
export function Splash({ unreachable }: { unreachable: boolean }) {
  return (
    <main className={classes.root} aria-busy="true">
      <span className={unreachable ? undefined : classes.breathing}>
        <LogoMark size={64} />
      </span>
      <Text c="dimmed" role="status">
        {unreachable ? 'The server cannot be reached. Trying again…' : 'Folkmoot'}
      </Text>
      {unreachable && (
        <Button variant="light" onClick={() => location.reload()}>
          Reload
        </Button>
      )}
    </main>
  );
}
