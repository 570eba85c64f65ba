import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { isEmail, matches, useForm } from '@mantine/form';
import { useState } from 'react';
import { session } from './browser';
import { placeError } from './problems';

const PASSWORD_MIN = 7;
const PASSWORD_MAX = 256;

function checkPassword(password: string): string | null {
  const { length } = [...password];
  if (length < PASSWORD_MIN) return `At least ${PASSWORD_MIN} characters`;
  return length > PASSWORD_MAX ? `At most ${PASSWORD_MAX} characters` : null;
}

/** Registration; the new member is logged in at once. */
export function RegisterForm() {
  const [problem, setProblem] = useState<string | null>(null);
  const form = useForm({
    initialValues: { username: '', email: '', password: '' },
    validate: {
      username: matches(
        /^\w[\w.-]{0,30}\w$/,
        '2 to 32 letters, digits or underscores, with dots and dashes inside',
      ),
      email: isEmail('An e-mail address such as ada@example.org'),
      password: checkPassword,
    },
  });
  const focusFirst = (errors: object) => form.getInputNode(Object.keys(errors)[0] ?? '')?.focus();
  const submit = form.onSubmit(async ({ username, email, password }) => {
    setProblem(null);
    try {
      await session.register(email.trim(), username, password);
    } catch (error) {
      const { field, text } = placeError(error, ['email', 'username', 'password']);
      if (field && field !== 'identifier') form.setFieldError(field, text);
      else setProblem(text);
    }
  }, focusFirst);
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        {problem !== null && (
          <Alert color="red" variant="light" role="alert">
            {problem}
          </Alert>
        )}
        <TextInput
          label="User name"
          description="How others see and mention you"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          size="md"
          {...form.getInputProps('username')}
        />
        <TextInput
          label="E-mail"
          name="email"
          type="email"
          autoComplete="email"
          size="md"
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label="Password"
          description={`At least ${PASSWORD_MIN} characters`}
          name="password"
          autoComplete="new-password"
          size="md"
          {...form.getInputProps('password')}
        />
        <Button type="submit" size="md" mt="xs" loading={form.submitting}>
          Create account
        </Button>
      </Stack>
    </form>
  );
}
