import { Alert, Anchor, Button, Stack, TextInput } from '@mantine/core';
import { isNotEmpty } from '@mantine/form';
import { useState } from 'react';
import { Link } from 'wouter';
import { verifyEmail } from '../api/people';
import { FormProblem } from '../ui/FormProblem';
import { AuthFrame } from './AuthFrame';
import { session } from './browser';
import { takeFragment } from './fragment';
import { useAuthForm } from './useAuthForm';
import { useUser } from './useUser';

/**
 * Proves an address with the code of a mail. A click is needed: programs that look into mails
 * open links too.
 */
export function VerifyPage() {
  const [link] = useState(takeFragment);
  const [isDone, setDone] = useState(false);
  const user = useUser();
  const { field, problem, onSubmit, isPending } = useAuthForm({
    initial: { code: link.get('code') ?? '' },
    validate: { code: isNotEmpty('The code in the mail') },
    send: async ({ code }) => {
      await verifyEmail(code.trim());
      setDone(true);
      // The session tells whether the address is proven.
      if (user !== null) await session.refresh();
    },
  });
  return (
    <AuthFrame
      name="Verify your address"
      title="Verify your address"
      lead="The code is in the mail that we sent you."
    >
      {isDone ? (
        <Alert color="moss" variant="light" role="status">
          Thank you, your address is verified.{' '}
          <Anchor component={Link} href={user === null ? '/login' : '/'} underline="always">
            {user === null ? 'Log in' : 'Go on'}
          </Anchor>
        </Alert>
      ) : (
        <form onSubmit={onSubmit} noValidate>
          <Stack gap="md">
            <FormProblem text={problem} />
            <TextInput
              label="Code"
              name="code"
              autoComplete="one-time-code"
              spellCheck={false}
              size="md"
              {...field('code')}
            />
            <Button type="submit" size="md" loading={isPending}>
              Verify
            </Button>
          </Stack>
        </form>
      )}
    </AuthFrame>
  );
}
