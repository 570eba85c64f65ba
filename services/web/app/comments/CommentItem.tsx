import { ActionIcon, Button, Menu } from '@mantine/core';
import {
  IconArrowBackUp,
  IconDots,
  IconFlag,
  IconHistory,
  IconLink,
  IconPencil,
  IconRestore,
  IconTrash,
} from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Comment } from '../api/forum-types';
import { isModerator, useUser } from '../auth/useUser';
import { subtreePath } from '../paths';
import { Byline } from '../people/Byline';
import { LikeButton } from '../threads/LikeButton';
import { ServerHtml } from '../ui/ServerHtml';
import { CommentForm } from './CommentForm';
import classes from './CommentItem.module.css';
import { useThreadContext } from './thread-context';

type OpenForm = 'reply' | 'edit' | null;

interface CommentItemProps {
  comment: Comment;
  /** Answers that are folded away; null when none are. */
  folded: number | null;
  onFold: (() => void) | null;
}

/** One comment: what was said, and what can be done with it. */
export function CommentItem({ comment, folded, onFold }: CommentItemProps) {
  const { target } = useThreadContext();
  const [form, setForm] = useState<OpenForm>(null);
  const isGone = comment.deleted_at !== null;
  const { id, author } = comment;
  return (
    <article
      className={classes.root}
      id={`comment-${id}`}
      data-testid="comment"
      data-target={target === id || undefined}
      aria-label={isGone ? 'Deleted comment' : `Comment by ${author.username}`}
      tabIndex={-1}
    >
      <header className={classes.head}>
        {onFold && <FoldButton folded={folded} onClick={onFold} />}
        <Byline
          author={author}
          createdAt={comment.created_at}
          editedAt={comment.edited_at}
          size={24}
        />
      </header>
      {form !== 'edit' && <Text comment={comment} />}
      {form === 'edit' && <EditForm comment={comment} onDone={() => setForm(null)} />}
      <div className={classes.actions}>
        {!isGone && <Answers comment={comment} form={form} onForm={setForm} />}
        <CommentMenu comment={comment} onEdit={() => setForm('edit')} />
      </div>
      {form === 'reply' && <ReplyForm comment={comment} onDone={() => setForm(null)} />}
    </article>
  );
}

function FoldButton({ folded, onClick }: { folded: number | null; onClick: () => void }) {
  const isOpen = folded === null;
  return (
    <button
      type="button"
      className={classes.fold}
      aria-expanded={isOpen}
      aria-label={isOpen ? 'Fold answers' : `Unfold ${folded} answers`}
      onClick={onClick}
    >
      {isOpen ? '−' : '+'}
    </button>
  );
}

function Text({ comment }: { comment: Comment }) {
  if (comment.body_html !== null) return <ServerHtml html={comment.body_html} />;
  return <p className={classes.gone}>This comment was deleted.</p>;
}

interface AnswersProps {
  comment: Comment;
  form: OpenForm;
  onForm: (form: OpenForm) => void;
}

function Answers({ comment, form, onForm }: AnswersProps) {
  const { canWrite } = useThreadContext();
  return (
    <>
      <LikeButton
        target={{ kind: 'comments', id: comment.id, threadId: comment.thread_id }}
        what={`the comment by ${comment.author.username}`}
        liked={comment.liked}
        count={comment.like_count}
      />
      {canWrite && (
        <Button
          variant="subtle"
          size="compact-sm"
          color="gray"
          leftSection={<IconArrowBackUp size={17} stroke={1.7} />}
          aria-expanded={form === 'reply'}
          onClick={() => onForm(form === 'reply' ? null : 'reply')}
        >
          Reply
        </Button>
      )}
    </>
  );
}

interface FormProps {
  comment: Comment;
  onDone: () => void;
}

function EditForm({ comment, onDone }: FormProps) {
  const { edit } = useThreadContext();
  return (
    <CommentForm
      draftKey={`edit/${comment.id}`}
      label="Edit your comment"
      initial={comment.body ?? ''}
      submit="Save"
      isWanted
      onSubmit={(body) => edit(comment.id, body).then(onDone)}
      onCancel={onDone}
    />
  );
}

function ReplyForm({ comment, onDone }: FormProps) {
  const { reply } = useThreadContext();
  return (
    <CommentForm
      draftKey={`reply/${comment.id}`}
      label={`Reply to ${comment.author.username}`}
      submit="Reply"
      isWanted
      onSubmit={(body) => reply(body, comment.id).then(onDone)}
      onCancel={onDone}
    />
  );
}

function CommentMenu({ comment, onEdit }: { comment: Comment; onEdit: () => void }) {
  const { ask } = useThreadContext();
  const user = useUser();
  const isGone = comment.deleted_at !== null;
  const isOwn = user !== null && comment.author.user_id === user.id;
  const mayRemove = isOwn || isModerator(user);
  return (
    <Menu position="bottom-end" width={210} withinPortal={false}>
      <Menu.Target>
        <ActionIcon size="md" aria-label={`More about the comment by ${comment.author.username}`}>
          <IconDots size={18} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          component={Link}
          href={subtreePath(comment.thread_id, comment.id)}
          leftSection={<IconLink size={17} />}
        >
          Link to this comment
        </Menu.Item>
        {isOwn && !isGone && (
          <Menu.Item leftSection={<IconPencil size={17} />} onClick={onEdit}>
            Edit
          </Menu.Item>
        )}
        {comment.edited_at !== null && (
          <Menu.Item
            leftSection={<IconHistory size={17} />}
            onClick={() => ask({ kind: 'history', comment })}
          >
            Earlier versions
          </Menu.Item>
        )}
        {user !== null && !isOwn && !isGone && (
          <Menu.Item
            leftSection={<IconFlag size={17} />}
            onClick={() => ask({ kind: 'report', comment })}
          >
            Report
          </Menu.Item>
        )}
        {mayRemove && !isGone && (
          <Menu.Item
            leftSection={<IconTrash size={17} />}
            onClick={() => ask({ kind: 'delete', comment })}
          >
            Delete
          </Menu.Item>
        )}
        {isModerator(user) && isGone && (
          <Menu.Item
            leftSection={<IconRestore size={17} />}
            onClick={() => ask({ kind: 'restore', comment })}
          >
            Restore
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
