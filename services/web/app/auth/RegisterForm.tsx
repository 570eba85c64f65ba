import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { isEmail, matches } from '@mantine/form';
import { useState } from 'react';
import { FormProblem } from '../ui/FormProblem';
import { session } from './browser';
import { checkPassword, PASSWORD_HINT } from './checks';
import { useAuthForm } from './useAuthForm';

/** Registration; the new member is logged in at once, unless the address is to be proven first. */
export function RegisterForm() {
  const [isMailSent, setMailSent] = useState(false);
  const { field, problem, onSubmit, isPending } = useAuthForm({
    initial: { username: '', email: '', password: '' },
    validate: {
      username: matches(
        /^\w[\w.-]{0,30}\w$/,
        '2 to 32 letters, digits or underscores, with dots and dashes inside',
      ),
      email: isEmail('An e-mail address such as ada@example.org'),
      password: checkPassword,
    },
    send: async ({ username, email, password }) => {
      const outcome = await session.register(email.trim(), username, password);
      setMailSent(outcome === 'mail_sent');
    },
  });
  if (isMailSent) {
    return (
      <Alert color="moss" variant="light" role="status">
        A mail is on its way. Open the link in it, then log in.
      </Alert>
    );
  }
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <FormProblem text={problem} />
        <TextInput
          label="User name"
          description="How others see and mention you"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          size="md"
          {...field('username')}
        />
        <TextInput
          label="E-mail"
          name="email"
          type="email"
          autoComplete="email"
          size="md"
          {...field('email')}
        />
        <PasswordInput
          label="Password"
          description={PASSWORD_HINT}
          name="password"
          autoComplete="new-password"
          size="md"
          {...field('password')}
        />
        <Button type="submit" size="md" mt="xs" loading={isPending}>
          Create account
        </Button>
      </Stack>
    </form>
  );
}
