import { Alert, Button, Group, Stack, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { addAttachments, deleteAttachment, editThread } from '../api/discussion';
import type { Attachment, Thread } from '../api/forum-types';
import { describe } from '../api/problem';
import { threadKey } from '../comments/cache';
import { localStore } from '../lib/storage';
import { Attachments } from './Attachments';
import { checkFiles, clearDraft, loadDraft, saveDraft } from './draft';
import { FilePicker } from './FilePicker';
import { missing, placeProblem } from './place-problem';
import { ThreadFields } from './ThreadFields';

/** Changes a thread: its words, its tags, its files. */
export function EditThread({ thread, onDone }: { thread: Thread; onDone: () => void }) {
  const client = useQueryClient();
  const draftKey = `edit/${thread.id}`;
  const [draft, setDraft] = useState(
    () =>
      loadDraft(localStore, draftKey) ?? {
        title: thread.title,
        body: thread.body,
        tags: thread.tags,
        category: '',
      },
  );
  const [files, setFiles] = useState<File[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const [problems, setProblems] = useState<ReturnType<typeof missing>>({});
  const [isPending, setPending] = useState(false);
  const reload = () => client.invalidateQueries({ queryKey: threadKey(thread.id) });

  const change = (next: typeof draft) => {
    setDraft(next);
    saveDraft(localStore, draftKey, next);
  };
  const close = () => {
    clearDraft(localStore, draftKey);
    onDone();
  };
  const take = (added: File[]) => {
    const wrong = checkFiles(added, files.length + thread.attachments.length);
    setProblem(wrong);
    if (wrong === null) setFiles([...files, ...added]);
  };
  const removeFile = (attachment: Attachment) => {
    deleteAttachment(thread.id, attachment.id)
      .then(reload)
      .catch((error: unknown) => setProblem(describe(error)));
  };
  const save = async () => {
    setPending(true);
    setProblem(null);
    setProblems({});
    try {
      const { title, body, tags } = draft;
      await editThread(thread.id, { title: title.trim(), body, tags });
      if (files.length > 0) await addAttachments(thread.id, files);
      await Promise.all([reload(), client.invalidateQueries({ queryKey: ['threads'] })]);
      close();
    } catch (error) {
      setPending(false);
      const { field, text } = placeProblem(error);
      if (field === null) setProblem(`${text} What you wrote is kept on this device.`);
      else setProblems({ [field]: text });
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = missing(draft, thread.attachments.length + files.length > 0);
    setProblems(found);
    if (Object.keys(found).length === 0) void save();
  };
  return (
    <form onSubmit={submit} noValidate aria-label="Edit the thread">
      <Stack gap="md">
        <Title order={1} size="h3">
          Edit the thread
        </Title>
        {problem !== null && (
          <Alert color="red" variant="light" role="alert">
            {problem}
          </Alert>
        )}
        <ThreadFields value={draft} problems={problems} onChange={change} onFiles={take} />
        <Attachments threadId={thread.id} attachments={thread.attachments} onRemove={removeFile} />
        <FilePicker files={files} onAdd={take} onChange={setFiles} />
        <Group>
          <Button type="submit" loading={isPending}>
            Save
          </Button>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
