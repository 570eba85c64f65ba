import { Button, Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import { LogoMark } from './Logo';
import classes from './Splash.module.css';

/** For addresses that lead nowhere. */
export function NotFound() {
  return (
    <main className={classes.root}>
      <LogoMark size={56} />
      <Title order={1} size="h2">
        Nobody meets here
      </Title>
      <Text c="dimmed">This address leads nowhere.</Text>
      <Button component={Link} href="/threads" variant="light">
        To the discussions
      </Button>
    </main>
  );
}
