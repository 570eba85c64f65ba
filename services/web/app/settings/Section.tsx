import type { ReactNode } from 'react';
import classes from './Section.module.css';

interface SectionProps {
  /** Lower-case letters; names the section in the address. */
  id: string;
  title: string;
  children: ReactNode;
}

/** One part of the settings. */
export function Section({ id, title, children }: SectionProps) {
  return (
    <section className={classes.root} id={id} aria-labelledby={`fm-${id}`}>
      <h2 className={classes.title} id={`fm-${id}`}>
        {title}
      </h2>
      <div className={classes.body}>{children}</div>
    </section>
  );
}
