import { Alert, Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useState, type FormEvent, type ReactNode } from 'react';
import { describe } from '../api/problem';

export interface Question {
  title: string;
  text?: ReactNode;
  /** Asks for some words too. */
  field?: { label: string; isRequired: boolean; maxLength: number };
  confirm: string;
  isDanger?: boolean;
  /** What is thrown is shown, and the question stays open. */
  onConfirm: (words: string) => Promise<unknown>;
}

interface AskModalProps {
  /** Null while nothing is asked. */
  question: Question | null;
  onClose: () => void;
}

/** Asks before something is done that cannot be undone at once. */
export function AskModal({ question, onClose }: AskModalProps) {
  return (
    <Modal opened={question !== null} onClose={onClose} title={question?.title}>
      {question !== null && <Form question={question} onClose={onClose} />}
    </Modal>
  );
}

function Form({ question, onClose }: { question: Question; onClose: () => void }) {
  const { text, field, confirm, isDanger = false, onConfirm } = question;
  const [words, setWords] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [isPending, setPending] = useState(false);
  const isMissing = field?.isRequired === true && words.trim() === '';
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isMissing) {
      setProblem('Please say why.');
      return;
    }
    setPending(true);
    setProblem(null);
    try {
      await onConfirm(words.trim());
      onClose();
    } catch (error) {
      setProblem(describe(error));
    }
    setPending(false);
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="md">
        {problem !== null && (
          <Alert color="red" variant="light" role="alert">
            {problem}
          </Alert>
        )}
        {text !== undefined && <Text component="div">{text}</Text>}
        {field && (
          <Textarea
            label={field.label}
            required={field.isRequired}
            maxLength={field.maxLength}
            autosize
            minRows={2}
            maxRows={8}
            data-autofocus
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={isPending} {...(isDanger && { color: 'red' })}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
