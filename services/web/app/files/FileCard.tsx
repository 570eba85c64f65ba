import { ActionIcon, Tooltip } from '@mantine/core';
import { IconDownload, IconFile } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { fileInfo } from '../api/calls';
import { describe } from '../api/problem';
import { download } from '../api/request';
import { filePath, formatSize } from './address';
import classes from './FileCard.module.css';

/** An uploaded file to save. */
export function FileCard({ id, name }: { id: string; name: string }) {
  const { data } = useQuery({
    queryKey: ['file', id],
    queryFn: () => fileInfo(id),
    staleTime: Infinity,
  });
  return <FileBox path={filePath(id)} name={name} size={data?.size ?? null} />;
}

interface FileBoxProps {
  /** Where the bytes are, on this site. */
  path: string;
  name: string;
  /** In bytes, when it is known. */
  size: number | null;
}

/** A file to save, wherever on this site it is. */
export function FileBox({ path, name, size }: FileBoxProps) {
  const [error, setError] = useState<string | null>(null);
  const [isLoading, setLoading] = useState(false);
  const fetchFile = async () => {
    setError(null);
    setLoading(true);
    try {
      save(await download(path, new AbortController().signal), name);
    } catch (problem) {
      setError(describe(problem));
    }
    setLoading(false);
  };
  return (
    <div className={classes.root}>
      <IconFile size={26} stroke={1.4} aria-hidden="true" />
      <div className={classes.words}>
        <div className={classes.name}>{name}</div>
        <div className={classes.size} role={error === null ? undefined : 'alert'}>
          {error ?? (size === null ? 'File' : formatSize(size))}
        </div>
      </div>
      <Tooltip label="Download">
        <ActionIcon
          aria-label={`Download ${name}`}
          loading={isLoading}
          onClick={() => void fetchFile()}
        >
          <IconDownload size={19} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

const REVOKE_AFTER_MS = 60_000;

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_AFTER_MS);
}
