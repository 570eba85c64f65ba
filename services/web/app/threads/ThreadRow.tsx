import { IconHeart, IconLock, IconMessage, IconPin } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { ThreadSummary } from '../api/forum-types';
import { categoryPath, tagPath, threadPath } from '../paths';
import { AuthorName, Time } from '../people/Byline';
import { PersonAvatar } from '../people/PersonAvatar';
import classes from './ThreadRow.module.css';

/** A thread in a list. */
export function ThreadRow({ thread }: { thread: ThreadSummary }) {
  const { author, category, unread_count: unread } = thread;
  const isUnread = unread !== null && unread > 0;
  return (
    <li className={classes.root} data-testid="thread-row" data-unread={isUnread || undefined}>
      <PersonAvatar id={author.user_id} name={author.username} url={author.avatar_url} size={38} />
      <div className={classes.words}>
        <h2 className={classes.title}>
          {thread.is_pinned && <IconPin size={16} aria-label="Pinned" role="img" />}
          {thread.is_locked && <IconLock size={16} aria-label="Locked" role="img" />}
          <Link href={threadPath(thread.id)} className={classes.link} dir="auto">
            {thread.title}
          </Link>
          {isUnread && <span className={classes.unread}>{unread} new</span>}
        </h2>
        {thread.excerpt !== '' && (
          <p className={classes.excerpt} dir="auto">
            {thread.excerpt}
          </p>
        )}
        <p className={classes.meta}>
          <AuthorName author={author} />
          <Link href={categoryPath(category.slug)}>{category.name}</Link>
          <Tags tags={thread.tags} />
          <span>
            <Time at={thread.last_activity_at} />
          </span>
        </p>
      </div>
      <p className={classes.counts}>
        <Count Icon={IconMessage} value={thread.comment_count} one="comment" many="comments" />
        <Count Icon={IconHeart} value={thread.like_count} one="like" many="likes" />
      </p>
    </li>
  );
}

export function Tags({ tags }: { tags: readonly string[] }) {
  return tags.map((tag) => (
    <Link key={tag} href={tagPath(tag)} className={classes.tag}>
      #{tag}
    </Link>
  ));
}

const COUNT = new Intl.NumberFormat(undefined, { notation: 'compact' });

interface CountProps {
  Icon: typeof IconMessage;
  value: number;
  one: string;
  many: string;
}

export function Count({ Icon, value, one, many }: CountProps) {
  return (
    <span className={classes.count}>
      <Icon size={16} stroke={1.7} aria-hidden="true" />
      {COUNT.format(value)}
      <span className="fm-hidden">{value === 1 ? one : many}</span>
    </span>
  );
}
