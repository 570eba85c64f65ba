import { ActionIcon, Button, FileButton } from '@mantine/core';
import { IconPaperclip, IconX } from '@tabler/icons-react';
import { useRef } from 'react';
import { formatSize } from '../files/address';
import classes from './FilePicker.module.css';

interface FilePickerProps {
  files: readonly File[];
  onAdd: (files: File[]) => void;
  onChange: (files: File[]) => void;
}

/** Files that will go with what is being written. */
export function FilePicker({ files, onAdd, onChange }: FilePickerProps) {
  const reset = useRef<() => void>(null);
  const take = (added: File[]) => {
    onAdd(added);
    // Or the same file could not be chosen again.
    reset.current?.();
  };
  return (
    <div>
      <FileButton multiple resetRef={reset} onChange={take}>
        {(props) => (
          <Button
            variant="default"
            size="sm"
            leftSection={<IconPaperclip size={17} stroke={1.7} />}
            {...props}
          >
            Add files
          </Button>
        )}
      </FileButton>
      {files.length > 0 && (
        <ul className={classes.list} aria-label="Files to send">
          {files.map((file, at) => (
            <li key={`${at}-${file.name}`} className={classes.item}>
              <span className={classes.name}>{file.name}</span>
              <span className={classes.size}>{formatSize(file.size)}</span>
              <ActionIcon
                size="md"
                aria-label={`Leave out ${file.name}`}
                onClick={() => onChange(files.filter((each) => each !== file))}
              >
                <IconX size={16} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
