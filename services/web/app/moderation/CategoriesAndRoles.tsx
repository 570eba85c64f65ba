import { Button, Group, NativeSelect, Stack, Textarea, TextInput } from '@mantine/core';
import { isNotEmpty, matches } from '@mantine/form';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createCategory } from '../api/discussion';
import type { Role } from '../api/forum-types';
import { createRole, getProfile, listRoles, setRole } from '../api/people';
import { useAuthForm } from '../auth/useAuthForm';
import { FormProblem } from '../ui/FormProblem';
import { Trouble } from '../ui/ListFrame';
import { showDone } from '../ui/toast';
import classes from './Moderation.module.css';

const ROLES = ['roles'];

/** What admins set up: who may read where. */
export function CategoriesAndRoles() {
  const query = useQuery({ queryKey: ROLES, queryFn: listRoles });
  const roles = query.data ?? [];
  return (
    <>
      <Trouble {...query} />
      <h2 className={classes.heading}>A new category</h2>
      <CategoryForm roles={roles} />
      <h2 className={classes.heading}>Give or take a role</h2>
      <GrantForm roles={roles} />
      <h2 className={classes.heading}>A new role</h2>
      <RoleForm />
    </>
  );
}

function CategoryForm({ roles }: { roles: Role[] }) {
  const client = useQueryClient();
  const { form, field, problem, onSubmit, isPending } = useAuthForm({
    initial: { name: '', slug: '', description: '', read_role: '', post_role: '' },
    validate: {
      name: isNotEmpty('What is it called?'),
      slug: matches(/^[a-z0-9-]{1,50}$/, 'Letters a-z, digits and dashes'),
    },
    send: async (values) => {
      await createCategory({
        ...values,
        read_role: values.read_role || null,
        post_role: values.post_role || null,
      });
      await client.invalidateQueries({ queryKey: ['categories'] });
      form.reset();
      showDone('The category is there.');
    },
  });
  const names = roles.map(({ name }) => name);
  const choices = (everybody: string) => [{ value: '', label: everybody }, ...names];
  return (
    <form onSubmit={onSubmit} noValidate aria-label="A new category">
      <Stack gap="sm" maw="30rem">
        <FormProblem text={problem} />
        <TextInput label="Name" maxLength={100} {...field('name')} />
        <TextInput
          label="Address"
          description="In links; letters a-z, digits and dashes"
          maxLength={50}
          autoCapitalize="none"
          spellCheck={false}
          {...field('slug')}
        />
        <Textarea label="What belongs there" autosize maxLength={1000} {...field('description')} />
        <NativeSelect label="Who may read it" data={choices('Everybody')} {...field('read_role')} />
        <NativeSelect
          label="Who may write in it"
          data={choices('Every member')}
          {...field('post_role')}
        />
        <Group>
          <Button type="submit" loading={isPending}>
            Make the category
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function GrantForm({ roles }: { roles: Role[] }) {
  const { field, problem, onSubmit, isPending } = useAuthForm({
    initial: { username: '', role: 'moderator', change: 'give' },
    validate: { username: isNotEmpty('Whom?') },
    send: async ({ username, role, change }) => {
      const profile = await getProfile(username.trim());
      await setRole(profile.user_id, role, change === 'give');
      showDone(`${profile.username} has ${change === 'give' ? '' : 'no longer '}the role ${role}.`);
    },
  });
  return (
    <form onSubmit={onSubmit} noValidate aria-label="Give or take a role">
      <Stack gap="sm" maw="30rem">
        <FormProblem text={problem} />
        <TextInput label="User name" autoCapitalize="none" {...field('username')} />
        <NativeSelect label="Role" data={roles.map(({ name }) => name)} {...field('role')} />
        <NativeSelect
          label="What"
          data={[
            { value: 'give', label: 'Give it' },
            { value: 'take', label: 'Take it away' },
          ]}
          {...field('change')}
        />
        <Group>
          <Button type="submit" loading={isPending}>
            Change the role
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function RoleForm() {
  const client = useQueryClient();
  const { form, field, problem, onSubmit, isPending } = useAuthForm({
    initial: { role: '', description: '' },
    validate: { role: matches(/^[a-z][a-z0-9-]{1,31}$/, '2 to 32 of a-z, digits and dashes') },
    send: async ({ role, description }) => {
      await createRole(role, description);
      await client.invalidateQueries({ queryKey: ROLES });
      form.reset();
      showDone('The role is there.');
    },
  });
  return (
    <form onSubmit={onSubmit} noValidate aria-label="A new role">
      <Stack gap="sm" maw="30rem">
        <FormProblem text={problem} />
        <TextInput label="Name of the role" maxLength={32} {...field('role')} />
        <TextInput label="What it is for" maxLength={200} {...field('description')} />
        <Group>
          <Button type="submit" loading={isPending}>
            Make the role
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
