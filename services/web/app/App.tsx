import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Redirect, Route, Switch, useLocation, useSearch } from 'wouter';
import { Problem } from './api/problem';
import { AuthPage } from './auth/AuthPage';
import { session } from './auth/browser';
import { useSessionStart } from './auth/useSessionStart';
import { ChatPage } from './chat/ChatPage';
import { localStore } from './lib/storage';
import { useStore } from './lib/store';
import { cssVariables, theme } from './theme';
import { Announcer } from './ui/Announcer';
import { NotFound } from './ui/NotFound';
import { Splash } from './ui/Splash';

const DEFAULT_ROOM = 'general';

function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // A refusal stays a refusal; only trouble on the way is worth another try.
        retry: (count, error) =>
          count < 3 && (!(error instanceof Problem) || error.status === 0 || error.status >= 500),
        staleTime: 5_000,
      },
    },
  });
}

/** The page, in the providers it needs. */
export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <Notifications position="top-right" limit={3} autoClose={6000} />
      <Announcer />
      <Gate />
    </MantineProvider>
  );
}

/** Visitors see the log in page, members the rooms. */
function Gate() {
  const { status, user } = useStore(session.state);
  const isUnreachable = useSessionStart();
  if (status === 'starting') return <Splash unreachable={isUnreachable} />;
  if (user === null) return <Outside />;
  return <Inside key={user.id} />;
}

function Outside() {
  const [path] = useLocation();
  if (path === '/login') return <AuthPage mode="login" />;
  if (path === '/register') return <AuthPage mode="register" />;
  const next = path === '/' ? '' : `?next=${encodeURIComponent(path)}`;
  return <Redirect to={`/login${next}`} replace />;
}

function Inside() {
  const [queryClient] = useState(newQueryClient);
  useEffect(() => () => queryClient.clear(), [queryClient]);
  return (
    <QueryClientProvider client={queryClient}>
      <Switch>
        <Route path="/rooms/:id">{({ id }) => <ChatPage roomId={id} />}</Route>
        <Route path="/" component={Home} />
        <Route path="/login" component={Home} />
        <Route path="/register" component={Home} />
        <Route component={NotFound} />
      </Switch>
    </QueryClientProvider>
  );
}

/** On to where the visitor wanted to go, or to the room of the last visit. */
function Home() {
  const next = new URLSearchParams(useSearch()).get('next');
  const isOwnPath = next?.startsWith('/rooms/') === true;
  const last = localStore.get('folkmoot.room') ?? DEFAULT_ROOM;
  return <Redirect to={isOwnPath ? next : `/rooms/${encodeURIComponent(last)}`} replace />;
}
