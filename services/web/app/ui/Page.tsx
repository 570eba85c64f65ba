import { ActionIcon, Title } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { IconMenu2 } from '@tabler/icons-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { useUser } from '../auth/useUser';
import { UserBar } from '../chat/UserBar';
import { Bell } from '../notifications/Bell';
import { useUnreadCount } from '../notifications/useNotifications';
import { CategoryNav } from '../threads/CategoryNav';
import { Logo } from './Logo';
import { MainNav } from './MainNav';
import classes from './Page.module.css';
import { useScrollMemory } from './scroll-memory';
import { SideDrawer } from './SideDrawer';
import { useTitle } from './title';

interface PageProps {
  title: string;
  /** Stands at the top instead of the title, on a page that shows its title below. */
  bar?: ReactNode;
  /** Beside the title. */
  actions?: ReactNode;
  /** False when something else on the page wants the focus. */
  focusTitle?: boolean;
  children: ReactNode;
}

/** A page of the forum: the parts of it at the side, its title, and what it holds. */
export function Page({ title, bar, actions, focusTitle = true, children }: PageProps) {
  const user = useUser();
  const isWide = useMediaQuery('(min-width: 56em)', true, { getInitialValueInEffect: false });
  const [isOpen, drawer] = useDisclosure(false);
  const scroller = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const content = useRef<HTMLElement>(null);
  useTitle(title, useUnreadCount());
  useScrollMemory(scroller);
  useFocusOnArrival(bar === undefined ? heading : content, focusTitle);
  return (
    <div className={classes.root}>
      <a className="fm-skip" href="#fm-content">
        Skip to the content
      </a>
      {isWide && (
        <nav className={classes.side} aria-label="Folkmoot">
          <Side />
        </nav>
      )}
      <div className={classes.main} ref={scroller} data-testid="page">
        <header className={classes.head}>
          {!isWide && (
            <ActionIcon aria-label="Menu" onClick={drawer.open}>
              <IconMenu2 size={21} stroke={1.7} />
            </ActionIcon>
          )}
          {bar === undefined ? (
            <Title order={1} className={classes.title} ref={heading} tabIndex={-1}>
              {title}
            </Title>
          ) : (
            <div className={classes.title}>{bar}</div>
          )}
          {actions}
          {user !== null && <Bell />}
        </header>
        <main className={classes.content} id="fm-content" ref={content} tabIndex={-1}>
          {children}
        </main>
      </div>
      <SideDrawer label="Menu" position="left" opened={isOpen && !isWide} onClose={drawer.close}>
        <Side onChosen={drawer.close} />
      </SideDrawer>
    </div>
  );
}

function Side({ onChosen }: { onChosen?: () => void }) {
  return (
    <>
      <div className={classes.brand}>
        <Logo size={26} />
      </div>
      <MainNav {...(onChosen && { onChosen })} />
      <div className={classes.sideBody}>
        <CategoryNav {...(onChosen && { onChosen })} />
      </div>
      <UserBar />
    </>
  );
}

let isFirstPage = true;

/** Somebody who hears the page is told where a link has led. */
function useFocusOnArrival(heading: React.RefObject<HTMLElement | null>, wanted: boolean): void {
  const isWanted = useRef(wanted);
  useEffect(() => {
    if (!isFirstPage && isWanted.current) heading.current?.focus({ preventScroll: true });
    isFirstPage = false;
  }, [heading]);
}
