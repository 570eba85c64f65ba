import { Link } from 'wouter';
import type { Author } from '../api/forum-types';
import { fullTime, timeAgo } from '../lib/time';
import { profilePath } from '../paths';
import classes from './Byline.module.css';
import { PersonAvatar } from './PersonAvatar';

/** Somebody's name, as a link to their page unless they are gone. */
export function AuthorName({ author }: { author: Author }) {
  if (author.deleted === true) return <span className={classes.gone}>deleted account</span>;
  return (
    <Link href={profilePath(author.username)} className={classes.author}>
      {author.username}
    </Link>
  );
}

interface BylineProps {
  author: Author;
  createdAt: string;
  editedAt?: string | null;
  size?: number;
}

/** Who wrote something, and when. */
export function Byline({ author, createdAt, editedAt = null, size = 28 }: BylineProps) {
  return (
    <span className={classes.root}>
      <PersonAvatar
        id={author.user_id}
        name={author.username}
        url={author.avatar_url}
        size={size}
      />
      <AuthorName author={author} />
      <Time at={createdAt} />
      {editedAt !== null && <span title={fullTime(editedAt)}>edited</span>}
    </span>
  );
}

/** How long ago, with the whole time on hover. */
export function Time({ at }: { at: string }) {
  return (
    <time dateTime={at} title={fullTime(at)}>
      {timeAgo(at)}
    </time>
  );
}
