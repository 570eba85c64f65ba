import { Button, Modal, Skeleton, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDownload } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { isPicture } from './address';
import classes from './Picture.module.css';
import { useFileBlob } from './useFileBlob';

interface Size {
  width: number;
  height: number;
}

const MAX_WIDTH = 420;
const MAX_HEIGHT = 300;
const BEFORE_KNOWN: Size = { width: 320, height: 220 };

/** Sizes of pictures seen before, so that a row is as high when it comes back into view. */
const sizes = new Map<string, Size>();
const SIZES_MAX = 2_000;

function remember(path: string, image: HTMLImageElement): Size {
  const { naturalWidth, naturalHeight } = image;
  const scale = Math.min(1, MAX_WIDTH / naturalWidth, MAX_HEIGHT / naturalHeight);
  const size = { width: naturalWidth * scale, height: naturalHeight * scale };
  if (sizes.size >= SIZES_MAX) sizes.clear();
  sizes.set(path, size);
  return size;
}

interface PictureProps {
  /** Where the bytes are, on this site. */
  path: string;
  name: string;
  /** Shown for what turns out to be no picture. */
  otherwise: ReactNode;
}

/** A picture in its place; a click shows it large. */
export function Picture({ path, name, otherwise }: PictureProps) {
  const { url, type, error, retry } = useFileBlob(path);
  const [size, setSize] = useState(sizes.get(path) ?? BEFORE_KNOWN);
  const [isLarge, large] = useDisclosure(false);
  const [isBroken, setBroken] = useState(false);
  if (error !== null) {
    return (
      <Text size="sm" c="dimmed">
        The picture {name} cannot be shown: {error}{' '}
        <Button variant="subtle" size="compact-xs" onClick={retry}>
          Try again
        </Button>
      </Text>
    );
  }
  if (url !== null && (isBroken || !isPicture(type))) return otherwise;
  const box = { aspectRatio: `${size.width} / ${size.height}`, width: size.width };
  if (url === null) {
    return (
      <Skeleton
        className={classes.box ?? ''}
        style={box}
        role="img"
        aria-label={`Loading ${name}`}
      />
    );
  }
  return (
    <>
      <button type="button" className={classes.box} style={box} onClick={large.open}>
        <img
          src={url}
          alt={name}
          onLoad={(event) => setSize(remember(path, event.currentTarget))}
          onError={() => setBroken(true)}
        />
      </button>
      <Modal opened={isLarge} onClose={large.close} title={name} size="auto">
        <img className={classes.large} src={url} alt={name} />
        <Button
          component="a"
          href={url}
          download={name}
          variant="light"
          mt="md"
          leftSection={<IconDownload size={17} />}
        >
          Save
        </Button>
      </Modal>
    </>
  );
}
