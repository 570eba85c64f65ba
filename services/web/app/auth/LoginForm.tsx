import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useState } from 'react';
import { session } from './browser';
import { placeError } from './problems';

/** Log in by e-mail address or user name. */
export function LoginForm() {
  const [problem, setProblem] = useState<string | null>(null);
  const form = useForm({
    initialValues: { identifier: '', password: '' },
    validate: {
      identifier: isNotEmpty('Your user name or e-mail address'),
      password: isNotEmpty('Your password'),
    },
  });
  const focusFirst = (errors: object) => form.getInputNode(Object.keys(errors)[0] ?? '')?.focus();
  const submit = form.onSubmit(async ({ identifier, password }) => {
    setProblem(null);
    try {
      await session.login(identifier.trim(), password);
    } catch (error) {
      const { field, text } = placeError(error, ['identifier', 'password']);
      if (field) form.setFieldError(field, text);
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
          label="User name or e-mail"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          size="md"
          data-autofocus
          {...form.getInputProps('identifier')}
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          size="md"
          {...form.getInputProps('password')}
        />
        <Button type="submit" size="md" mt="xs" loading={form.submitting}>
          Log in
        </Button>
      </Stack>
    </form>
  );
}
