import { listAudit } from '../api/discussion';
import type { AuditEntry } from '../api/forum-types';
import { Time } from '../people/Byline';
import { ListFrame, More } from '../ui/ListFrame';
import { useUrlPages } from '../ui/url-pages';
import classes from './Moderation.module.css';

/** What moderators and admins did, newest first. */
export function AuditLog() {
  const list = useUrlPages(['audit'], (after) => listAudit({ after }));
  return (
    <>
      <ListFrame {...list} isEmpty={list.items.length === 0} empty="Nothing was done yet.">
        <ol className={classes.list} aria-label="Log">
          {list.items.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </ol>
      </ListFrame>
      <More {...list} label="Earlier" />
    </>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  return (
    <li className={classes.item}>
      <strong>{entry.action}</strong> by {entry.actor.username}
      <span className={classes.meta}>
        {entry.target_type} {entry.target_id} · <Time at={entry.created_at} />
      </span>
      <pre className={classes.detail}>{detailWords(entry.detail)}</pre>
    </li>
  );
}

/** The fields of an entry, one a line. */
export function detailWords(detail: unknown): string {
  if (typeof detail !== 'object' || detail === null) return '';
  return Object.entries(detail)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n');
}
