import { Alert, Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { isEmail, isNotEmpty } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { changeEmail, getAccount, resendVerification } from '../api/people';
import type { User } from '../api/types';
import { useAuthForm } from '../auth/useAuthForm';
import { FormProblem } from '../ui/FormProblem';
import { showDone, showProblem } from '../ui/toast';
import { Section } from './Section';
import classes from './Section.module.css';

/** The address of the account, and whether it is proven. */
export function AccountSection({ user }: { user: User }) {
  const { data } = useQuery({ queryKey: ['account'], queryFn: getAccount });
  const email = data?.email ?? user.email;
  const [isChanging, setChanging] = useState(false);
  return (
    <Section id="email" title="E-mail">
      <p className={classes.words} style={{ marginTop: 0 }}>
        {email}
      </p>
      {data?.email_verified === true && <Text className={classes.note}>Verified</Text>}
      {data?.email_verified === false && <Unverified email={email} />}
      {isChanging ? (
        <ChangeForm onDone={() => setChanging(false)} />
      ) : (
        <Button variant="default" size="sm" mt="sm" onClick={() => setChanging(true)}>
          Change the address
        </Button>
      )}
    </Section>
  );
}

function Unverified({ email }: { email: string }) {
  const resend = () =>
    resendVerification(email)
      .then(() => showDone('A mail is on its way.'))
      .catch(showProblem);
  return (
    <Alert
      title="Not verified yet"
      classNames={{ root: classes.warning ?? '', title: classes.warningTitle ?? '' }}
    >
      <Group gap="sm">
        <Button variant="light" size="compact-sm" onClick={() => void resend()}>
          Send the mail again
        </Button>
        <Button component={Link} href="/verify-email" variant="light" size="compact-sm">
          Enter the code
        </Button>
      </Group>
    </Alert>
  );
}

function ChangeForm({ onDone }: { onDone: () => void }) {
  const { field, problem, onSubmit, isPending } = useAuthForm({
    initial: { email: '', password: '' },
    validate: {
      email: isEmail('An e-mail address such as ada@example.org'),
      password: isNotEmpty('Your password'),
    },
    send: async ({ email, password }) => {
      await changeEmail(email.trim(), password);
      showDone('Open the link in the mail that we sent to the new address.');
      onDone();
    },
  });
  return (
    <form onSubmit={onSubmit} noValidate aria-label="Change the address">
      <Stack gap="sm" mt="sm">
        <FormProblem text={problem} />
        <TextInput label="New address" type="email" autoComplete="email" {...field('email')} />
        <PasswordInput
          label="Your password"
          autoComplete="current-password"
          {...field('password')}
        />
        <Group>
          <Button type="submit" size="sm" loading={isPending}>
            Change
          </Button>
          <Button variant="default" size="sm" onClick={onDone}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
