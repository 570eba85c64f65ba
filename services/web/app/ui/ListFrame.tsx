import { Alert, Anchor, Button, Skeleton, Text } from '@mantine/core';
import type { MouseEvent, ReactNode } from 'react';
import { Link, Redirect, useLocation, useSearchParams } from 'wouter';
import { describe, Problem } from '../api/problem';
import { useUser } from '../auth/useUser';
import { loginPath } from '../paths';
import classes from './ListFrame.module.css';
import { hrefFrom } from './url-pages';

interface LoadState {
  isLoading: boolean;
  error: Error | null;
  refetch: () => Promise<unknown>;
}

interface ListFrameProps extends LoadState {
  isEmpty: boolean;
  /** Said when there is nothing. */
  empty: ReactNode;
  children: ReactNode;
}

/** What is around every list: that it is loading, that it failed, that it is empty. */
export function ListFrame({ isEmpty, empty, children, ...state }: ListFrameProps) {
  return (
    <>
      <Trouble {...state} />
      {state.isLoading && <Waiting />}
      {!state.isLoading && state.error === null && isEmpty && (
        <Text c="dimmed" py="xl" ta="center" component="div">
          {empty}
        </Text>
      )}
      {!isEmpty && children}
    </>
  );
}

/**
 * What went wrong while loading, with a way to try again. A visitor who has to be a member is
 * led to the log in.
 */
export function Trouble({ error, refetch }: Pick<LoadState, 'error' | 'refetch'>) {
  const [path] = useLocation();
  const isVisitor = useUser() === null;
  if (error === null) return null;
  if (isVisitor && error instanceof Problem && error.status === 401) {
    return <Redirect to={loginPath(path)} replace />;
  }
  return (
    <Alert color="red" variant="light" role="alert" mb="md">
      {describe(error)}{' '}
      <Button variant="subtle" size="compact-sm" onClick={() => void refetch()}>
        Try again
      </Button>
    </Alert>
  );
}

export function Waiting() {
  return (
    <div role="status" aria-label="Loading" className={classes.waiting}>
      {[1, 2, 3].map((row) => (
        <Skeleton key={row} height={64} radius="md" />
      ))}
    </div>
  );
}

interface MoreProps {
  start: string | null;
  next: string | null;
  openMore: (() => void) | null;
  isFetchingNextPage: boolean;
  label: string;
}

/** On to the next page: in place by a click, and an address like any other. */
export function More({ start, next, openMore, isFetchingNextPage, label }: MoreProps) {
  const [path] = useLocation();
  const [params] = useSearchParams();
  const onClick = (event: MouseEvent) => {
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (openMore === null || !isPlain) return;
    event.preventDefault();
    openMore();
  };
  if (next === null && start === null) return null;
  return (
    <div className={classes.more}>
      {next !== null && (
        <Button
          component={Link}
          href={hrefFrom(path, params, next)}
          rel="next"
          variant="light"
          loading={isFetchingNextPage}
          onClick={onClick}
        >
          {label}
        </Button>
      )}
      {start !== null && (
        <Anchor component={Link} href={hrefFrom(path, params, null)} size="sm">
          Back to the beginning
        </Anchor>
      )}
    </div>
  );
}
