import { Alert, Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { describe, Problem } from '../api/problem';
import { isRoomId, roomIdFromName } from '../lib/id';
import { useCreateRoom } from './useRooms';

interface CreateRoomModalProps {
  opened: boolean;
  onClose: () => void;
}

/** Makes a room and goes there. */
export function CreateRoomModal({ opened, onClose }: CreateRoomModalProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="A new room">
      <CreateRoomForm onDone={onClose} />
    </Modal>
  );
}

function CreateRoomForm({ onDone }: { onDone: () => void }) {
  const [, navigate] = useLocation();
  const [problem, setProblem] = useState<string | null>(null);
  const [ownId, setOwnId] = useState(false);
  const create = useCreateRoom();
  const form = useForm({
    initialValues: { name: '', id: '', description: '' },
    validate: {
      name: isNotEmpty('What should the room be called?'),
      id: (id) => (isRoomId(id) ? null : 'Letters, digits and . _ : @ - only; some are reserved'),
    },
  });
  const onName = (name: string) => {
    form.setFieldValue('name', name);
    if (!ownId) form.setFieldValue('id', roomIdFromName(name));
  };
  const submit = form.onSubmit(async (values) => {
    setProblem(null);
    try {
      const room = await create.mutateAsync({ ...values, name: values.name.trim() });
      onDone();
      navigate(`/rooms/${encodeURIComponent(room.id)}`);
    } catch (error) {
      const isIdProblem =
        error instanceof Problem && (error.status === 409 || error.code === 'invalid_id');
      if (isIdProblem) form.setFieldError('id', describe(error));
      else setProblem(describe(error));
    }
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        {problem !== null && (
          <Alert color="red" variant="light" role="alert">
            {problem}
          </Alert>
        )}
        <TextInput
          label="Name"
          maxLength={100}
          data-autofocus
          {...form.getInputProps('name')}
          onChange={(event) => onName(event.currentTarget.value)}
        />
        <TextInput
          label="Address"
          description="Part of the room's link; it stays"
          leftSection="#"
          maxLength={64}
          autoCapitalize="none"
          spellCheck={false}
          {...form.getInputProps('id')}
          onChange={(event) => {
            setOwnId(true);
            form.setFieldValue('id', event.currentTarget.value);
          }}
        />
        <Textarea
          label="What is it about?"
          autosize
          minRows={2}
          maxRows={5}
          maxLength={500}
          {...form.getInputProps('description')}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={form.submitting}>
            Create room
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
