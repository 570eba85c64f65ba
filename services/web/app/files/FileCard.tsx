import { ActionIcon, Tooltip } from '@mantine/core';
import { IconDownload, IconFile } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { downloadFile, fileInfo } from '../api/calls';
import { describe } from '../api/problem';
import { formatSize } from './address';
import classes from './FileCard.module.css';

/** A file to save. */
export function FileCard({ id, name }: { id: string; name: string }) {
  const [error, setError] = useState<string | null>(null);
  const [isLoading, setLoading] = useState(false);
  const { data } = useQuery({
    queryKey: ['file', id],
    queryFn: () => fileInfo(id),
    staleTime: Infinity,
  });
  const download = async () => {
    setError(null);
    setLoading(true);
    try {
      save(await downloadFile(id, new AbortController().signal), name);
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
          {error ?? (data ? formatSize(data.size) : 'File')}
        </div>
      </div>
      <Tooltip label="Download">
        <ActionIcon
          aria-label={`Download ${name}`}
          loading={isLoading}
          onClick={() => void download()}
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
