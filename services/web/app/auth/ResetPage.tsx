import { Alert, Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { isEmail, isNotEmpty } from '@mantine/form';
import { useState } from 'react';
import { Link } from 'wouter';
import { resetPassword } from '../api/people';
import { FormProblem } from '../ui/FormProblem';
import { AuthFrame } from './AuthFrame';
import { checkPassword, PASSWORD_HINT } from './checks';
import { takeFragment } from './fragment';
import { useAuthForm } from './useAuthForm';

/** Sets another password with the code of a mail. */
export function ResetPage() {
  const [link] = useState(takeFragment);
  const [isDone, setDone] = useState(false);
  const { field, problem, onSubmit, isPending } = useAuthForm({
    initial: { email: link.get('email') ?? '', code: link.get('code') ?? '', password: '' },
    validate: {
      email: isEmail('The address that the mail went to'),
      code: isNotEmpty('The code in the mail'),
      password: checkPassword,
    },
    send: async ({ email, code, password }) => {
      await resetPassword(email.trim(), code.trim(), password);
      setDone(true);
    },
  });
  return (
    <AuthFrame
      name="Reset password"
      title="Another password"
      lead="Everybody who is logged in to your account will be logged out."
    >
      {isDone ? (
        <Alert color="moss" variant="light" role="status">
          Your password is changed.{' '}
          <Anchor component={Link} href="/login" underline="always">
            Log in
          </Anchor>
        </Alert>
      ) : (
        <form onSubmit={onSubmit} noValidate>
          <Stack gap="md">
            <FormProblem text={problem} />
            <TextInput
              label="E-mail"
              name="email"
              type="email"
              autoComplete="email"
              size="md"
              {...field('email')}
            />
            <TextInput
              label="Code"
              name="code"
              autoComplete="one-time-code"
              spellCheck={false}
              size="md"
              {...field('code')}
            />
            <PasswordInput
              label="New password"
              description={PASSWORD_HINT}
              name="password"
              autoComplete="new-password"
              size="md"
              {...field('password')}
            />
            <Button type="submit" size="md" loading={isPending}>
              Set the password
            </Button>
          </Stack>
        </form>
      )}
    </AuthFrame>
  );
}
