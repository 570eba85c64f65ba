import { Alert, Button, Group, PasswordInput, Stack } from '@mantine/core';
import { isNotEmpty } from '@mantine/form';
import { useState } from 'react';
import { deleteAccount } from '../api/people';
import { session } from '../auth/browser';
import { useAuthForm } from '../auth/useAuthForm';
import { FormProblem } from '../ui/FormProblem';
import { Section } from './Section';

/** The end of the account. */
export function DeleteSection() {
  const [isAsking, setAsking] = useState(false);
  return (
    <Section id="delete" title="Delete your account">
      {isAsking ? (
        <DeleteForm onCancel={() => setAsking(false)} />
      ) : (
        <Button variant="default" size="sm" onClick={() => setAsking(true)}>
          Delete your account
        </Button>
      )}
    </Section>
  );
}

function DeleteForm({ onCancel }: { onCancel: () => void }) {
  const { field, problem, onSubmit, isPending } = useAuthForm({
    initial: { password: '' },
    validate: { password: isNotEmpty('Your password') },
    send: async ({ password }) => {
      await deleteAccount(password);
      session.forget();
    },
  });
  return (
    <form onSubmit={onSubmit} noValidate aria-label="Delete your account">
      <Stack gap="sm">
        <Alert color="red" variant="light">
          This cannot be undone. What you wrote in discussions stays, without your name; everything
          else about you is removed.
        </Alert>
        <FormProblem text={problem} />
        <PasswordInput
          label="Your password"
          autoComplete="current-password"
          {...field('password')}
        />
        <Group>
          <Button type="submit" color="red" loading={isPending}>
            Delete for ever
          </Button>
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
