import { Alert, Button, Group, Modal, NativeSelect, Stack, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { ban } from '../api/people';
import { describe } from '../api/problem';
import { showDone } from '../ui/toast';

const DAY_MS = 24 * 60 * 60 * 1000;
const REASON_MAX = 500;
const TERMS = [
  { value: '1', label: 'A day' },
  { value: '7', label: 'A week' },
  { value: '30', label: 'A month' },
  { value: '', label: 'Until it is lifted' },
];

/** When a ban of so many days ends; null for one without an end. */
export function banEnd(days: string, now: number): string | null {
  return days === '' ? null : new Date(now + Number(days) * DAY_MS).toISOString();
}

interface BanModalProps {
  /** Null while nobody is to be banned. */
  person: { user_id: string; username: string } | null;
  onClose: () => void;
}

/** Keeps somebody out, with a reason and for a time. */
export function BanModal({ person, onClose }: BanModalProps) {
  return (
    <Modal opened={person !== null} onClose={onClose} title={`Ban ${person?.username ?? ''}`}>
      {person && <BanForm userId={person.user_id} onDone={onClose} />}
    </Modal>
  );
}

function BanForm({ userId, onDone }: { userId: string; onDone: () => void }) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [days, setDays] = useState('7');
  const [problem, setProblem] = useState<string | null>(null);
  const [isPending, setPending] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() === '') {
      setProblem('Please give a reason: they are told.');
      return;
    }
    setPending(true);
    try {
      await ban(userId, reason.trim(), banEnd(days, Date.now()));
      void client.invalidateQueries({ queryKey: ['banned'] });
      showDone('They are banned and logged out.');
      onDone();
    } catch (error) {
      setProblem(describe(error));
      setPending(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="md">
        {problem !== null && (
          <Alert color="red" variant="light" role="alert">
            {problem}
          </Alert>
        )}
        <Textarea
          label="Reason"
          description="They are told"
          required
          maxLength={REASON_MAX}
          autosize
          minRows={2}
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <NativeSelect
          label="For how long"
          value={days}
          data={TERMS}
          onChange={(event) => setDays(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" color="red" loading={isPending}>
            Ban
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
