import { TagsInput, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type ClipboardEvent } from 'react';
import { listTags } from '../api/discussion';
import { BODY_MAX, TAGS_MAX, tidyTag, TITLE_MAX, type ThreadDraft } from './draft';

type Fields = Omit<ThreadDraft, 'category'>;

interface ThreadFieldsProps<T extends Fields> {
  value: T;
  /** What is wrong, by field. */
  problems: Partial<Record<keyof ThreadDraft, string>>;
  onChange: (value: T) => void;
  /** Files that were pasted into the text. */
  onFiles?: (files: File[]) => void;
}

/** Title, text and tags of a thread. */
export function ThreadFields<T extends Fields>(props: ThreadFieldsProps<T>) {
  const { value, problems, onChange, onFiles } = props;
  const onPaste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    if (files.length === 0 || onFiles === undefined) return;
    event.preventDefault();
    onFiles(files);
  };
  return (
    <>
      <TextInput
        label="Title"
        name="title"
        required
        maxLength={TITLE_MAX}
        size="md"
        value={value.title}
        error={problems.title}
        onChange={(event) => onChange({ ...value, title: event.currentTarget.value })}
      />
      <Textarea
        label="Text"
        name="body"
        description="Markdown: **bold**, *italic*, lists, links, quotes, code. @name mentions somebody."
        required
        maxLength={BODY_MAX}
        autosize
        minRows={8}
        maxRows={30}
        size="md"
        value={value.body}
        error={problems.body}
        onChange={(event) => onChange({ ...value, body: event.currentTarget.value })}
        onPaste={onPaste}
      />
      <TagField
        tags={value.tags}
        problem={problems.tags}
        onChange={(tags) => onChange({ ...value, tags })}
      />
    </>
  );
}

interface TagFieldProps {
  tags: string[];
  problem: string | undefined;
  onChange: (tags: string[]) => void;
}

function TagField({ tags, problem, onChange }: TagFieldProps) {
  const [typed, setTyped] = useState('');
  const { data = [] } = useQuery({ queryKey: ['tags'], queryFn: listTags, staleTime: 60_000 });
  const change = (next: string[]) => {
    onChange([...new Set(next.map(tidyTag).filter((tag) => tag !== ''))].slice(0, TAGS_MAX));
  };
  return (
    <TagsInput
      label="Tags"
      description={`At most ${TAGS_MAX}; Enter or a comma ends one`}
      data={data.map(({ tag }) => tag)}
      value={tags}
      error={problem}
      maxTags={TAGS_MAX}
      acceptValueOnBlur
      searchValue={typed}
      onSearchChange={setTyped}
      onChange={change}
    />
  );
}
