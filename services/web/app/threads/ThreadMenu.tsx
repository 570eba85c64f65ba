import { ActionIcon, Menu, Modal, NativeSelect, Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconArrowRight,
  IconDots,
  IconFlag,
  IconHistory,
  IconLock,
  IconLockOpen,
  IconPencil,
  IconPin,
  IconPinnedOff,
  IconRestore,
  IconTrash,
} from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { moveThread, setLocked, setPinned } from '../api/discussion';
import type { Thread } from '../api/forum-types';
import { isModerator, useUser } from '../auth/useUser';
import { threadKey } from '../comments/cache';
import type { Wish } from '../comments/thread-context';
import { showProblem } from '../ui/toast';
import { useCategories } from './CategoryNav';

interface ThreadMenuProps {
  thread: Thread;
  onEdit: () => void;
  onWish: (kind: Wish['kind']) => void;
}

/** What its author, any member and moderators can do with a thread. */
export function ThreadMenu({ thread, onEdit, onWish }: ThreadMenuProps) {
  const user = useUser();
  const [isMoving, moving] = useDisclosure(false);
  const isMod = isModerator(user);
  const isOwn = user !== null && thread.author.user_id === user.id;
  const isGone = thread.deleted_at !== null;
  if (user === null && thread.edited_at === null) return null;
  return (
    <>
      <Menu position="bottom-start" width={220} withinPortal={false}>
        <Menu.Target>
          <ActionIcon variant="default" aria-label="More about this thread">
            <IconDots size={19} stroke={1.7} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {isOwn && !isGone && (
            <Menu.Item leftSection={<IconPencil size={17} />} onClick={onEdit}>
              Edit
            </Menu.Item>
          )}
          {thread.edited_at !== null && (
            <Menu.Item leftSection={<IconHistory size={17} />} onClick={() => onWish('history')}>
              Earlier versions
            </Menu.Item>
          )}
          {user !== null && !isOwn && !isGone && (
            <Menu.Item leftSection={<IconFlag size={17} />} onClick={() => onWish('report')}>
              Report
            </Menu.Item>
          )}
          {(isOwn || isMod) && !isGone && (
            <Menu.Item leftSection={<IconTrash size={17} />} onClick={() => onWish('delete')}>
              Delete
            </Menu.Item>
          )}
          {isMod && (
            <Moderation thread={thread} onMove={moving.open} onRestore={() => onWish('restore')} />
          )}
        </Menu.Dropdown>
      </Menu>
      <Modal opened={isMoving} onClose={moving.close} title="Move this thread">
        <MoveForm thread={thread} onDone={moving.close} />
      </Modal>
    </>
  );
}

/** Does something to the thread and reads it again. */
function useChange(thread: Thread) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: () => Promise<unknown>) => change(),
    onError: showProblem,
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: threadKey(thread.id) }),
        client.invalidateQueries({ queryKey: ['threads'] }),
      ]),
  });
}

interface ModerationProps {
  thread: Thread;
  onMove: () => void;
  onRestore: () => void;
}

function Moderation({ thread, onMove, onRestore }: ModerationProps) {
  const change = useChange(thread);
  const { id, is_locked: isLocked, is_pinned: isPinned } = thread;
  return (
    <>
      <Menu.Divider />
      <Menu.Label>Moderation</Menu.Label>
      <Menu.Item
        leftSection={isLocked ? <IconLockOpen size={17} /> : <IconLock size={17} />}
        onClick={() => change.mutate(() => setLocked(id, !isLocked))}
      >
        {isLocked ? 'Unlock' : 'Lock'}
      </Menu.Item>
      <Menu.Item
        leftSection={isPinned ? <IconPinnedOff size={17} /> : <IconPin size={17} />}
        onClick={() => change.mutate(() => setPinned(id, !isPinned))}
      >
        {isPinned ? 'Unpin' : 'Pin'}
      </Menu.Item>
      <Menu.Item leftSection={<IconArrowRight size={17} />} onClick={onMove}>
        Move
      </Menu.Item>
      {thread.deleted_at !== null && (
        <Menu.Item leftSection={<IconRestore size={17} />} onClick={onRestore}>
          Restore
        </Menu.Item>
      )}
    </>
  );
}

function MoveForm({ thread, onDone }: { thread: Thread; onDone: () => void }) {
  const categories = useCategories();
  const change = useChange(thread);
  const [slug, setSlug] = useState(thread.category.slug);
  const move = () => change.mutate(() => moveThread(thread.id, slug), { onSuccess: onDone });
  return (
    <>
      <NativeSelect
        label="Category"
        description="Those who may not read it see the thread no more"
        value={slug}
        onChange={(event) => setSlug(event.currentTarget.value)}
        data={categories.map((category) => ({ value: category.slug, label: category.name }))}
      />
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onDone}>
          Cancel
        </Button>
        <Button loading={change.isPending} onClick={move}>
          Move
        </Button>
      </Group>
    </>
  );
}
