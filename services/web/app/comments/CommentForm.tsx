import { Alert, Button, Group, Textarea } from '@mantine/core';
import { useState, type FormEvent, type KeyboardEvent } from 'react';
import { describe } from '../api/problem';
import { useSavedText } from '../lib/useSavedText';
import classes from './CommentForm.module.css';

/** The server takes so many characters. */
const BODY_MAX = 40_000;

interface CommentFormProps {
  /** Under which name the unsent text is kept. */
  draftKey: string;
  label: string;
  initial?: string;
  submit: string;
  /** It was just asked for, so it takes the focus. */
  isWanted?: boolean;
  /** What is thrown is shown; the text stays. */
  onSubmit: (body: string) => Promise<unknown>;
  onCancel?: () => void;
}

/** A box for a comment. What is written is kept until the server has it. */
export function CommentForm(props: CommentFormProps) {
  const { draftKey, label, initial = '', submit, isWanted = false, onSubmit, onCancel } = props;
  const draft = useSavedText(draftKey, initial);
  const [problem, setProblem] = useState<string | null>(null);
  const [isPending, setPending] = useState(false);
  const isEmpty = draft.text.trim() === '';

  const send = async () => {
    if (isEmpty || isPending) return;
    setPending(true);
    setProblem(null);
    try {
      await onSubmit(draft.text);
      draft.clear();
    } catch (error) {
      setProblem(`${describe(error)} What you wrote is kept here.`);
    }
    setPending(false);
  };
  const onFormSubmit = (event: FormEvent) => {
    event.preventDefault();
    void send();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void send();
  };
  const cancel = () => {
    draft.clear();
    onCancel?.();
  };
  return (
    <form className={classes.root} aria-label={label} onSubmit={onFormSubmit} noValidate>
      {problem !== null && (
        <Alert color="red" variant="light" role="alert" mb="xs">
          {problem}
        </Alert>
      )}
      <Textarea
        label={label}
        description="Markdown. Ctrl and Enter send it."
        autosize
        minRows={3}
        maxRows={20}
        maxLength={BODY_MAX}
        ref={isWanted ? focus : undefined}
        value={draft.text}
        onChange={(event) => draft.change(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <Group gap="xs" mt="xs">
        <Button type="submit" size="sm" loading={isPending} disabled={isEmpty}>
          {submit}
        </Button>
        {onCancel && (
          <Button size="sm" variant="default" onClick={cancel}>
            Cancel
          </Button>
        )}
      </Group>
    </form>
  );
}

function focus(box: HTMLTextAreaElement | null): void {
  box?.focus();
}
