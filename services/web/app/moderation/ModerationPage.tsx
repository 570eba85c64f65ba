import { SegmentedControl, Text } from '@mantine/core';
import { useSearchParams } from 'wouter';
import { isAdmin, isModerator, useUser } from '../auth/useUser';
import { Page } from '../ui/Page';
import { AuditLog } from './AuditLog';
import { BannedPeople } from './BannedPeople';
import { CategoriesAndRoles } from './CategoriesAndRoles';
import { Reports } from './Reports';

/** What moderators and admins have to look after. */
export default function ModerationPage() {
  const user = useUser();
  const [params, setParams] = useSearchParams();
  const view = params.get('view') ?? 'reports';
  if (!isModerator(user)) {
    return (
      <Page title="Moderation">
        <Text>This page is for moderators.</Text>
      </Page>
    );
  }
  const views = [
    { value: 'reports', label: 'Reports' },
    { value: 'banned', label: 'Banned' },
    { value: 'log', label: 'Log' },
    ...(isAdmin(user) ? [{ value: 'setup', label: 'Categories and roles' }] : []),
  ];
  return (
    <Page title="Moderation">
      <SegmentedControl
        mb="md"
        aria-label="What to look after"
        value={views.some(({ value }) => value === view) ? view : 'reports'}
        onChange={(value) => setParams(value === 'reports' ? {} : { view: value })}
        data={views}
      />
      <View view={view} isAdmin={isAdmin(user)} />
    </Page>
  );
}

function View({ view, isAdmin: mayChange }: { view: string; isAdmin: boolean }) {
  if (view === 'banned') return <BannedPeople />;
  if (view === 'log') return <AuditLog />;
  if (view === 'setup' && mayChange) return <CategoriesAndRoles />;
  return <Reports />;
}
