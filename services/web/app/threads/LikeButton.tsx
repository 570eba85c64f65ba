import { Button } from '@mantine/core';
import { IconHeart, IconHeartFilled } from '@tabler/icons-react';
import { useLocation } from 'wouter';
import { useUser } from '../auth/useUser';
import { loginPath } from '../paths';
import { useLike, type Likable } from './likes';

interface LikeButtonProps {
  target: Likable;
  /** For those who hear the page: what is liked. */
  what: string;
  liked: boolean;
  count: number;
  size?: 'compact-sm' | 'sm';
}

/** Likes, and shows how many do. */
export function LikeButton({ target, what, liked, count, size = 'compact-sm' }: LikeButtonProps) {
  const user = useUser();
  const [path, navigate] = useLocation();
  const like = useLike(target);
  const onClick = () => {
    if (user === null) navigate(loginPath(path));
    else like.mutate(!liked);
  };
  const Icon = liked ? IconHeartFilled : IconHeart;
  return (
    <Button
      variant={size === 'sm' ? 'default' : 'subtle'}
      size={size}
      color="gray"
      aria-pressed={liked}
      aria-label={`Like ${what}, ${count} so far`}
      leftSection={
        <Icon size={17} stroke={1.7} color={liked ? 'var(--fm-ember)' : 'currentColor'} />
      }
      onClick={onClick}
    >
      {count}
    </Button>
  );
}
