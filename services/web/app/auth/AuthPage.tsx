import { Anchor, Text, Title } from '@mantine/core';
import { useEffect } from 'react';
import { Link, useSearch } from 'wouter';
import { ColorSchemeMenu } from '../ui/ColorSchemeMenu';
import { Logo } from '../ui/Logo';
import classes from './AuthPage.module.css';
import { LoginForm } from './LoginForm';
import { RegisterForm } from './RegisterForm';
import { StoneCircle } from './StoneCircle';

const WORDS = {
  login: {
    title: 'Welcome back',
    lead: 'Take your place in the circle.',
    other: 'New here?',
    action: 'Create an account',
    href: '/register',
  },
  register: {
    title: 'Join the folkmoot',
    lead: 'A name, an address and a password are all it takes.',
    other: 'Already a member?',
    action: 'Log in',
    href: '/login',
  },
} as const;

/** Log in and registration, beside the stone circle. */
export function AuthPage({ mode }: { mode: 'login' | 'register' }) {
  const words = WORDS[mode];
  const search = useSearch();
  useEffect(() => {
    document.title = `${mode === 'login' ? 'Log in' : 'Create an account'} · Folkmoot`;
  }, [mode]);
  return (
    <div className={classes.root}>
      <section className={classes.scene} aria-hidden="true">
        <StoneCircle />
        <p className={classes.saying}>
          Everyone who comes
          <br />
          has a seat and a say.
        </p>
      </section>
      <div className={classes.side}>
        <header className={classes.top}>
          <Logo />
          <ColorSchemeMenu />
        </header>
        <main className={classes.form}>
          <Title order={1} className={classes.title}>
            {words.title}
          </Title>
          <Text c="dimmed" mb="lg">
            {words.lead}
          </Text>
          {mode === 'login' ? <LoginForm /> : <RegisterForm />}
          <Text mt="lg" size="sm" c="dimmed">
            {words.other}{' '}
            <Anchor
              component={Link}
              href={words.href + (search && `?${search}`)}
              underline="always"
            >
              {words.action}
            </Anchor>
          </Text>
        </main>
      </div>
    </div>
  );
}
