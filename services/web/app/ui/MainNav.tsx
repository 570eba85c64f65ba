import {
  IconActivity,
  IconHash,
  IconMessages,
  IconSearch,
  IconShieldHalf,
} from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import { isModerator, useUser } from '../auth/useUser';
import { lastRoomPath } from '../rooms/last-room';
import classes from './MainNav.module.css';

/** The parts of the forum. */
export function MainNav({ onChosen }: { onChosen?: () => void }) {
  const user = useUser();
  const [path] = useLocation();
  const places = [
    { href: '/threads', below: '/threads', label: 'Discussions', Icon: IconMessages },
    ...(user === null
      ? []
      : [
          { href: '/feed', below: '/feed', label: 'Feed', Icon: IconActivity },
          { href: lastRoomPath(), below: '/rooms/', label: 'Rooms', Icon: IconHash },
        ]),
    { href: '/search', below: '/search', label: 'Search', Icon: IconSearch },
    ...(isModerator(user)
      ? [{ href: '/moderation', below: '/moderation', label: 'Moderation', Icon: IconShieldHalf }]
      : []),
  ];
  return (
    <ul className={classes.list} aria-label="Places">
      {places.map(({ href, below, label, Icon }) => (
        <li key={label}>
          <Link
            href={href}
            className={classes.link}
            aria-current={path.startsWith(below) ? 'page' : undefined}
            onClick={() => onChosen?.()}
          >
            <Icon size={19} stroke={1.7} aria-hidden="true" />
            {label}
          </Link>
        </li>
      ))}
    </ul>
  );
}
