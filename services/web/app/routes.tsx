import { lazy, Suspense, type ReactNode } from 'react';
import { Redirect, Route, Switch, useLocation, useSearch } from 'wouter';
import { AuthPage } from './auth/AuthPage';
import { ForgotPage } from './auth/ForgotPage';
import { ResetPage } from './auth/ResetPage';
import { VerifyPage } from './auth/VerifyPage';
import { ChatPage } from './chat/ChatPage';
import { FeedPage } from './feed/FeedPage';
import { ownPath } from './lib/own-path';
import { NotificationsPage } from './notifications/NotificationsPage';
import { loginPath } from './paths';
import { ProfilePage } from './people/ProfilePage';
import { lastRoomPath } from './rooms/last-room';
import { SearchPage } from './search/SearchPage';
import { NewThreadPage } from './threads/NewThreadPage';
import { SubtreePage } from './threads/SubtreePage';
import { ThreadListPage } from './threads/ThreadListPage';
import { ThreadPage } from './threads/ThreadPage';
import { FailureBoundary } from './ui/FailureBoundary';
import { NotFound } from './ui/NotFound';
import { Splash } from './ui/Splash';

// Seldom opened: loaded when they are.
const SettingsPage = lazy(() => import('./settings/SettingsPage'));
const ModerationPage = lazy(() => import('./moderation/ModerationPage'));

/** What anybody may read. The server decides what that is. */
const PUBLIC = [
  <Route key="list" path="/threads" component={ThreadListPage} />,
  <Route key="subtree" path="/threads/:id/comments/:comment">
    {({ id, comment }) => <SubtreePage key={comment} threadId={id} commentId={comment} />}
  </Route>,
  <Route key="thread" path="/threads/:id">
    {({ id }) => <ThreadPage key={id} id={id} />}
  </Route>,
  <Route key="search" path="/search" component={SearchPage} />,
  <Route key="profile" path="/u/:username">
    {({ username }) => <ProfilePage key={username} username={username} />}
  </Route>,
  <Route key="verify" path="/verify-email" component={VerifyPage} />,
  <Route key="reset" path="/reset-password" component={ResetPage} />,
];

export function MemberRoutes() {
  return (
    <Guarded>
      <Switch>
        <Route path="/rooms/:id">{({ id }) => <ChatPage roomId={id} />}</Route>
        <Route path="/threads/new" component={NewThreadPage} />
        {PUBLIC}
        <Route path="/feed" component={FeedPage} />
        <Route path="/notifications" component={NotificationsPage} />
        <Route path="/settings" component={SettingsPage} />
        <Route path="/moderation" component={ModerationPage} />
        <Route path="/" component={Home} />
        <Route path="/login" component={Home} />
        <Route path="/register" component={Home} />
        <Route component={NotFound} />
      </Switch>
    </Guarded>
  );
}

export function VisitorRoutes() {
  return (
    <Guarded>
      <Switch>
        <Route path="/login">
          <AuthPage mode="login" />
        </Route>
        <Route path="/register">
          <AuthPage mode="register" />
        </Route>
        <Route path="/forgot-password" component={ForgotPage} />
        <Route path="/threads/new" component={ToLogin} />
        {PUBLIC}
        <Route component={ToLogin} />
      </Switch>
    </Guarded>
  );
}

/** A page that fails takes only itself down: another address shows another page. */
function Guarded({ children }: { children: ReactNode }) {
  const [path] = useLocation();
  return (
    <FailureBoundary path={path}>
      <Suspense fallback={<Splash unreachable={false} />}>{children}</Suspense>
    </FailureBoundary>
  );
}

function ToLogin() {
  const [path] = useLocation();
  const search = useSearch();
  return <Redirect to={loginPath(search === '' ? path : `${path}?${search}`)} replace />;
}

/** On to where the visitor wanted to go, or to the room of the last visit. */
function Home() {
  const next = ownPath(new URLSearchParams(useSearch()).get('next'));
  return <Redirect to={next ?? lastRoomPath()} replace />;
}
