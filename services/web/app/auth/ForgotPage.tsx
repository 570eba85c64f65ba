import { Alert, Anchor, Button, Stack, TextInput } from '@mantine/core';
import { isEmail } from '@mantine/form';
import { useState } from 'react';
import { Link } from 'wouter';
import { forgotPassword } from '../api/people';
import { FormProblem } from '../ui/FormProblem';
import { AuthFrame } from './AuthFrame';
import { useAuthForm } from './useAuthForm';

/** Asks for a mail with which another password can be set. */
export function ForgotPage() {
  const [isSent, setSent] = useState(false);
  const { field, problem, onSubmit, isPending } = useAuthForm({
    initial: { email: '' },
    validate: { email: isEmail('The e-mail address of your account') },
    send: async ({ email }) => {
      await forgotPassword(email.trim());
      setSent(true);
    },
  });
  return (
    <AuthFrame
      name="Forgot password"
      title="Forgot your password?"
      lead="We send a code to the address of your account."
    >
      {isSent ? (
        <Alert color="moss" variant="light" role="status">
          If there is an account with this address, a mail is on its way. It holds a link and a
          code, good for half an hour.{' '}
          <Anchor component={Link} href="/reset-password" underline="always">
            Enter the code
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
            <Button type="submit" size="md" loading={isPending}>
              Send the mail
            </Button>
          </Stack>
        </form>
      )}
      <Anchor component={Link} href="/login" size="sm" mt="lg" display="block" underline="always">
        Back to the log in
      </Anchor>
    </AuthFrame>
  );
}
