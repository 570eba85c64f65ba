import { Alert, Button, Group, NativeSelect, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type FormEvent } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { createThread } from '../api/discussion';
import { useUser } from '../auth/useUser';
import { localStore } from '../lib/storage';
import { threadPath } from '../paths';
import { Page } from '../ui/Page';
import { useCategories } from './CategoryNav';
import { checkFiles, clearDraft, loadDraft, saveDraft, type ThreadDraft } from './draft';
import { FilePicker } from './FilePicker';
import { missing, placeProblem } from './place-problem';
import { ThreadFields } from './ThreadFields';

/** The category that every forum begins with. */
const DEFAULT = 'general';
const EMPTY: ThreadDraft = { title: '', body: '', category: '', tags: [] };

/** Where a thread is written. What is written stays on this device until the server has it. */
export function NewThreadPage() {
  const user = useUser();
  return (
    <Page title="New thread">
      <NewThreadForm userId={user?.id ?? ''} />
    </Page>
  );
}

function NewThreadForm({ userId }: { userId: string }) {
  const [, navigate] = useLocation();
  const [params] = useSearchParams();
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => loadDraft(localStore, userId) ?? EMPTY);
  const [files, setFiles] = useState<File[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const [problems, setProblems] = useState<ReturnType<typeof missing>>({});
  const [isPending, setPending] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const categories = useCategories().filter((category) => category.may_post);
  const wanted = draft.category === '' ? (params.get('category') ?? '') : draft.category;
  const find = (name: string) => categories.find(({ slug }) => slug === name)?.slug;
  const category = find(wanted) ?? find(DEFAULT) ?? categories[0]?.slug ?? DEFAULT;

  const change = (next: ThreadDraft) => {
    setDraft(next);
    saveDraft(localStore, userId, next);
  };
  const take = (added: File[]) => {
    const wrong = checkFiles(added, files.length);
    setProblem(wrong);
    if (wrong === null) setFiles([...files, ...added]);
  };
  const refuse = (found: ReturnType<typeof missing>) => {
    setProblems(found);
    const [first] = Object.keys(found);
    const field = first === undefined ? null : form.current?.elements.namedItem(first);
    if (field instanceof HTMLElement) field.focus();
  };
  const send = async () => {
    setPending(true);
    setProblem(null);
    setProblems({});
    try {
      const thread = await createThread({ ...draft, title: draft.title.trim(), category }, files);
      clearDraft(localStore, userId);
      void client.invalidateQueries({ queryKey: ['threads'] });
      navigate(threadPath(thread.id), { replace: true });
    } catch (error) {
      setPending(false);
      const { field, text } = placeProblem(error);
      if (field === null) setProblem(`${text} What you wrote is kept on this device.`);
      else refuse({ [field]: text });
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = missing(draft, files.length > 0);
    if (Object.keys(found).length > 0) refuse(found);
    else void send();
  };
  const discard = () => {
    change(EMPTY);
    setFiles([]);
    setProblems({});
    setProblem(null);
  };
  return (
    <form ref={form} onSubmit={submit} noValidate aria-label="New thread">
      <Stack gap="md">
        {problem !== null && (
          <Alert color="red" variant="light" role="alert">
            {problem}
          </Alert>
        )}
        <NativeSelect
          label="Category"
          name="category"
          value={category}
          error={problems.category}
          onChange={(event) => change({ ...draft, category: event.currentTarget.value })}
          data={categories.map(({ slug, name }) => ({ value: slug, label: name }))}
        />
        <ThreadFields value={draft} problems={problems} onChange={change} onFiles={take} />
        <FilePicker files={files} onAdd={take} onChange={setFiles} />
        <Group>
          <Button type="submit" loading={isPending}>
            Open the thread
          </Button>
          <Button variant="default" onClick={discard}>
            Discard
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
