import { Button, Text, Title } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { LogoMark } from './Logo';
import classes from './Splash.module.css';

interface Props {
  /** Another one is another page, which has not failed. */
  path: string;
  children: ReactNode;
}

/** Shows that a page failed, instead of nothing. What is being written is kept on the device. */
export class FailureBoundary extends Component<Props, { failedPath: string | null }> {
  override state: { failedPath: string | null } = { failedPath: null };

  override componentDidCatch() {
    this.setState({ failedPath: this.props.path });
  }

  override render() {
    if (this.state.failedPath !== this.props.path) return this.props.children;
    return (
      <main className={classes.root}>
        <LogoMark size={56} />
        <Title order={1} size="h2">
          This page has failed
        </Title>
        <Text c="dimmed">That is our mistake. What you wrote is kept on this device.</Text>
        <Button variant="light" onClick={() => location.reload()}>
          Load it again
        </Button>
      </main>
    );
  }
}
