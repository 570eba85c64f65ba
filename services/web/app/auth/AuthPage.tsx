import { Anchor, Text } from '@mantine/core';
import { Link, useSearch } from 'wouter';
import { AuthFrame } from './AuthFrame';
import { LoginForm } from './LoginForm';
import { RegisterForm } from './RegisterForm';

const WORDS = {
  login: {
    name: 'Log in',
    title: 'Welcome back',
    lead: 'Take your place in the circle.',
    other: 'New here?',
    action: 'Create an account',
    href: '/register',
  },
  register: {
    name: 'Create an account',
    title: 'Join the folkmoot',
    lead: 'A name, an address and a password are all it takes.',
    other: 'Already a member?',
    action: 'Log in',
    href: '/login',
  },
} as const;

/** Log in and registration. */
export function AuthPage({ mode }: { mode: 'login' | 'register' }) {
  const { other, action, href, ...frame } = WORDS[mode];
  const search = useSearch();
  return (
    <AuthFrame {...frame}>
      {mode === 'login' ? <LoginForm /> : <RegisterForm />}
      <Text mt="lg" size="sm" c="dimmed">
        {other}{' '}
        <Anchor component={Link} href={href + (search && `?${search}`)} underline="always">
          {action}
        </Anchor>
      </Text>
      <Text mt="xs" size="sm" c="dimmed">
        Or{' '}
        <Anchor component={Link} href="/threads" underline="always">
          read what is public
        </Anchor>
        .
      </Text>
    </AuthFrame>
  );
}
