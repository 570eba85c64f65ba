import { memo, type MouseEvent } from 'react';
import { useLocation } from 'wouter';
import classes from './ServerHtml.module.css';

/**
 * Markdown as the server rendered and sanitised it when it was written. The only place where
 * HTML is put into the page, and only ever for the `*_html` fields of discussion.
 */
export const ServerHtml = memo(function ServerHtml({ html }: { html: string }) {
  const [, navigate] = useLocation();
  // Links within this site need no new page. What bubbles up here is a link's own click or Enter.
  const onClick = (event: MouseEvent) => {
    const path = ownLink(event);
    if (path === null) return;
    event.preventDefault();
    navigate(path);
  };
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <div
      className={classes.root}
      dir="auto"
      onClick={onClick}
      // eslint-disable-next-line no-restricted-syntax -- see above
      dangerouslySetInnerHTML={{ __html: html }}
    />
  );
});

function ownLink(event: MouseEvent): string | null {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  if (link === null || !isPlain || link.origin !== location.origin) return null;
  const isPage = !/^\/(api|ws|assets)(\/|$)/.test(link.pathname);
  return isPage ? link.pathname + link.search + link.hash : null;
}
