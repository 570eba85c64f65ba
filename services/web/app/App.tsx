import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Problem } from './api/problem';
import type { User } from './api/types';
import { session } from './auth/browser';
import { useSessionStart } from './auth/useSessionStart';
import { MemberProvider } from './chat/MemberProvider';
import { useStore } from './lib/store';
import { MemberRoutes, VisitorRoutes } from './routes';
import { cssVariables, theme } from './theme';
import { Announcer } from './ui/Announcer';
import { Splash } from './ui/Splash';

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

/** Members see everything, visitors the log in page and what anybody may read. */
function Gate() {
  const { status, user } = useStore(session.state);
  const isUnreachable = useSessionStart();
  if (status === 'starting') return <Splash unreachable={isUnreachable} />;
  return <Pages key={user?.id ?? ''} user={user} />;
}

/** What one account has loaded is never shown to another: each has a cache of its own. */
function Pages({ user }: { user: User | null }) {
  const [queryClient] = useState(newQueryClient);
  useEffect(() => () => queryClient.clear(), [queryClient]);
  return (
    <QueryClientProvider client={queryClient}>
      {user === null ? (
        <VisitorRoutes />
      ) : (
        <MemberProvider user={user}>
          <MemberRoutes />
        </MemberProvider>
      )}
    </QueryClientProvider>
  );
}
