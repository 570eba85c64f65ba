import { skipToken, useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { download } from '../api/request';
import { useUser } from '../auth/useUser';
import { fileId, filePath, isPicture } from '../files/address';
import { StoneAvatar } from '../ui/StoneAvatar';
import classes from './PersonAvatar.module.css';

interface PersonAvatarProps {
  id: string;
  name: string;
  /** Of the file service; anything else is not fetched. */
  url?: string | null | undefined;
  size?: number;
}

/** A person's picture, or their stone until there is one. */
export function PersonAvatar({ id, name, url = null, size = 36 }: PersonAvatarProps) {
  const picture = useAvatar(url);
  if (picture === null) return <StoneAvatar id={id} name={name} size={size} />;
  return <BlobImage blob={picture} size={size} />;
}

/** Downloads need a token, so visitors see stones. */
function useAvatar(url: string | null): Blob | null {
  const user = useUser();
  const file = user === null ? null : fileId(url);
  const { data } = useQuery({
    queryKey: ['avatar', file],
    queryFn: file === null ? skipToken : ({ signal }) => download(filePath(file), signal),
    staleTime: Infinity,
  });
  return data && isPicture(data.type) ? data : null;
}

function BlobImage({ blob, size }: { blob: Blob; size: number }) {
  const show = useCallback(
    (image: HTMLImageElement) => {
      image.src = URL.createObjectURL(blob);
      return () => URL.revokeObjectURL(image.src);
    },
    [blob],
  );
  return <img className={classes.picture} ref={show} alt="" width={size} height={size} />;
}
