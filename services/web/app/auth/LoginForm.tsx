import { Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { isNotEmpty } from '@mantine/form';
import { Link } from 'wouter';
import { FormProblem } from '../ui/FormProblem';
import { session } from './browser';
import { useAuthForm } from './useAuthForm';

/** Log in by e-mail address or user name. */
export function LoginForm() {
  const { field, problem, onSubmit, isPending } = useAuthForm({
    initial: { identifier: '', password: '' },
    validate: {
      identifier: isNotEmpty('Your user name or e-mail address'),
      password: isNotEmpty('Your password'),
    },
    send: ({ identifier, password }) => session.login(identifier.trim(), password),
  });
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <FormProblem text={problem} />
        <TextInput
          label="User name or e-mail"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          size="md"
          data-autofocus
          {...field('identifier')}
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          size="md"
          {...field('password')}
        />
        <Button type="submit" size="md" mt="xs" loading={isPending}>
          Log in
        </Button>
        <Anchor component={Link} href="/forgot-password" size="sm" underline="always">
          Forgot your password?
        </Anchor>
      </Stack>
    </form>
  );
}
