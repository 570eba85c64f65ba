import { useIsFetching } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useUser } from '../auth/useUser';
import { useHash } from '../lib/useHash';
import { Page } from '../ui/Page';
import { AccountSection } from './AccountSection';
import { DeleteSection } from './DeleteSection';
import { ExportSection } from './ExportSection';
import { NotificationSection } from './NotificationSection';
import { PasswordSection } from './PasswordSection';
import { PeopleSection } from './PeopleSection';
import { ProfileSection } from './ProfileSection';
import { SessionsSection } from './SessionsSection';

/** What somebody can settle for themself. */
export default function SettingsPage() {
  const user = useUser();
  useNamedSection();
  if (user === null) return null;
  return (
    <Page title="Settings">
      <ProfileSection user={user} />
      <AccountSection user={user} />
      <PasswordSection />
      <SessionsSection />
      <NotificationSection />
      <PeopleSection />
      <ExportSection />
      <DeleteSection />
    </Page>
  );
}

/** Shows the section that the address names, once all of them have their size. */
function useNamedSection(): void {
  const hash = useHash();
  const isLoading = useIsFetching({ predicate: ({ state }) => state.data === undefined }) > 0;
  const shown = useRef('');
  useEffect(() => {
    if (isLoading || shown.current === hash || !/^[a-z]+$/.test(hash)) return;
    shown.current = hash;
    document.getElementById(hash)?.scrollIntoView();
  }, [hash, isLoading]);
}
