import { useEffect } from 'react';
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
  const hash = useHash();
  useEffect(() => {
    if (/^[a-z]+$/.test(hash)) document.getElementById(hash)?.scrollIntoView();
  }, [hash]);
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
