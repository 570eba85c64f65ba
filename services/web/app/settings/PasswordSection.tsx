import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { isNotEmpty } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { changePassword } from '../api/people';
import { checkPassword, PASSWORD_HINT } from '../auth/checks';
import { useAuthForm } from '../auth/useAuthForm';
import { FormProblem } from '../ui/FormProblem';
import { showDone } from '../ui/toast';
import { Section } from './Section';

/** Another password. Other sessions end. */
export function PasswordSection() {
  const client = useQueryClient();
  const { form, field, problem, onSubmit, isPending } = useAuthForm({
    initial: { password: '', new_password: '' },
    validate: { password: isNotEmpty('Your password'), new_password: checkPassword },
    send: async ({ password, new_password }) => {
      await changePassword(password, new_password);
      form.reset();
      void client.invalidateQueries({ queryKey: ['sessions'] });
      showDone('Your password is changed, and your other sessions are ended.');
    },
  });
  return (
    <Section id="password" title="Password">
      <form onSubmit={onSubmit} noValidate aria-label="Password">
        <Stack gap="sm">
          <FormProblem text={problem} />
          <PasswordInput
            label="Present password"
            autoComplete="current-password"
            {...field('password')}
          />
          <PasswordInput
            label="New password"
            description={PASSWORD_HINT}
            autoComplete="new-password"
            {...field('new_password')}
          />
          <Group>
            <Button type="submit" loading={isPending}>
              Change the password
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
