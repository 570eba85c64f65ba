import { Text, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { ColorSchemeMenu } from '../ui/ColorSchemeMenu';
import { Logo } from '../ui/Logo';
import classes from './AuthPage.module.css';
import { StoneCircle } from './StoneCircle';

interface AuthFrameProps {
  /** Of the document. */
  name: string;
  title: string;
  lead: string;
  children: ReactNode;
}

/** A page for those who are not in yet, beside the stone circle. */
export function AuthFrame({ name, title, lead, children }: AuthFrameProps) {
  useEffect(() => {
    document.title = `${name} · Folkmoot`;
  }, [name]);
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
            {title}
          </Title>
          <Text c="dimmed" mb="lg">
            {lead}
          </Text>
          {children}
        </main>
      </div>
    </div>
  );
}
