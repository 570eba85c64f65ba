import { Modal, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { listRevisions, remove, report, restore, type Target } from '../api/discussion';
import type { Thread } from '../api/forum-types';
import { Byline } from '../people/Byline';
import { AskModal, type Question } from '../ui/AskModal';
import { Trouble, Waiting } from '../ui/ListFrame';
import { showDone } from '../ui/toast';
import { threadKey } from './cache';
import type { Wish } from './thread-context';
import classes from './WishModals.module.css';

const REASON_MAX = 1_000;

interface WishModalsProps {
  thread: Thread;
  wish: Wish | null;
  onClose: () => void;
}

/** Asks and does what somebody wants to do with a comment or the thread. */
export function WishModals({ thread, wish, onClose }: WishModalsProps) {
  const client = useQueryClient();
  const target: Target =
    wish?.comment == null
      ? { kind: 'threads', id: thread.id }
      : { kind: 'comments', id: wish.comment.id };
  const what = target.kind === 'threads' ? 'thread' : 'comment';
  const refresh = async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey: threadKey(thread.id) }),
      client.invalidateQueries({ queryKey: ['comments', thread.id] }),
      client.invalidateQueries({ queryKey: ['threads'] }),
    ]);
  };
  const questions: Record<Exclude<Wish['kind'], 'history'>, Question> = {
    report: {
      title: `Report this ${what}`,
      text: 'The moderators see what you write, and that it was you.',
      field: { label: 'What is wrong with it?', isRequired: true, maxLength: REASON_MAX },
      confirm: 'Report',
      onConfirm: async (reason) => {
        await report(target, reason);
        showDone('Thank you. The moderators will look at it.');
      },
    },
    delete: {
      title: `Delete this ${what}?`,
      text: 'Its text is taken away. What others answered stays.',
      confirm: 'Delete',
      isDanger: true,
      onConfirm: () => remove(target).then(refresh),
    },
    restore: {
      title: `Restore this ${what}?`,
      confirm: 'Restore',
      onConfirm: () => restore(target).then(refresh),
    },
  };
  const question = wish === null || wish.kind === 'history' ? null : questions[wish.kind];
  return (
    <>
      <AskModal question={question} onClose={onClose} />
      <Modal opened={wish?.kind === 'history'} onClose={onClose} title="Earlier versions" size="lg">
        {wish?.kind === 'history' && <History target={target} />}
      </Modal>
    </>
  );
}

function History({ target }: { target: Target }) {
  const query = useQuery({
    queryKey: ['history', target.kind, target.id],
    queryFn: () => listRevisions(target),
    staleTime: 0,
  });
  return (
    <>
      <Trouble {...query} />
      {query.isLoading && <Waiting />}
      {query.data?.length === 0 && <Text c="dimmed">There is none.</Text>}
      <ol className={classes.list}>
        {query.data?.map((revision) => (
          <li key={revision.id}>
            <Byline author={revision.edited_by} createdAt={revision.edited_at} size={22} />
            {revision.title !== null && <p className={classes.title}>{revision.title}</p>}
            <pre className={classes.text}>{revision.body}</pre>
          </li>
        ))}
      </ol>
    </>
  );
}
