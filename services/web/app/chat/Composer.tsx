import { ActionIcon, FileButton, Textarea, Tooltip } from '@mantine/core';
import { IconArrowUp, IconPaperclip } from '@tabler/icons-react';
import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type ChangeEvent,
  type ClipboardEvent,
  type KeyboardEvent,
} from 'react';
import { useStore } from '../lib/store';
import { useOnline } from '../presence/usePresence';
import classes from './Composer.module.css';
import { useMember } from './member';
import { MentionList } from './MentionList';
import type { RoomSession } from './room-session';
import { useDraft } from './useDraft';
import { useMentions } from './useMentions';

/** The server takes 16 KiB of text. */
const MAX_BYTES = 16 * 1024;
const TYPING_IDLE_MS = 4_000;

interface ComposerProps {
  session: RoomSession;
  roomId: string;
  roomName: string;
  disabled: boolean;
  onFiles: (files: File[]) => void;
  onSent: () => void;
}

/** The box to write in. Enter sends, Shift and Enter begin a new line. */
export function Composer({ session, roomId, roomName, disabled, onFiles, onSent }: ComposerProps) {
  const { user } = useMember();
  const [text, setText] = useDraft(user.id, roomId);
  const [caret, setCaret] = useState(text.length);
  const box = useRef<HTMLTextAreaElement>(null);
  const nextCaret = useRef<number | null>(null);
  const typing = useTyping(session);
  const names = useNames(session);
  const mentions = useMentions({
    text,
    caret,
    names,
    onComplete: (completed, at) => {
      setText(completed);
      setCaret(at);
      nextCaret.current = at;
    },
  });
  useLayoutEffect(() => {
    if (nextCaret.current === null) return;
    box.current?.setSelectionRange(nextCaret.current, nextCaret.current);
    nextCaret.current = null;
  });
  useFocusOnWideScreens(box);

  const isTooLong = text.length > MAX_BYTES / 4 && byteLength(text) > MAX_BYTES;
  const canSend = withoutControls(text).trim() !== '' && !isTooLong && !disabled;
  const send = () => {
    if (!canSend) return;
    session.send({ content: withoutControls(text).trim(), message_type: 'text', file_url: null });
    setText('');
    setCaret(0);
    typing.stop();
    onSent();
    box.current?.focus();
  };
  const onChange = (event: ChangeEvent<HTMLTextAreaElement>) => {
    const { value, selectionStart } = event.currentTarget;
    setText(value);
    setCaret(selectionStart);
    if (value.trim() === '') typing.stop();
    else typing.note();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // While an input method composes, Enter belongs to it.
    if (event.nativeEvent.isComposing || mentions.onKey(event)) return;
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    send();
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    if (files.length === 0) return;
    event.preventDefault();
    onFiles(files);
  };

  return (
    <form
      className={classes.root}
      aria-label="Write a message"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <MentionList mentions={mentions} />
      <div className={classes.box}>
        <AttachButton disabled={disabled} onFiles={onFiles} />
        <Textarea
          ref={box}
          id="fm-composer"
          className={classes.text ?? ''}
          classNames={{ input: classes.input ?? '' }}
          variant="unstyled"
          aria-label={`Message #${roomName}`}
          aria-describedby={isTooLong ? 'fm-too-long' : undefined}
          placeholder={`Message #${roomName}`}
          autosize
          minRows={1}
          maxRows={8}
          disabled={disabled}
          value={text}
          onChange={onChange}
          onKeyDown={onKeyDown}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
          onPaste={onPaste}
          onBlur={typing.stop}
          {...mentions.inputProps}
        />
        <ActionIcon
          type="submit"
          variant="filled"
          color="moss"
          radius="xl"
          size={36}
          aria-label="Send"
          disabled={!canSend}
        >
          <IconArrowUp size={20} stroke={2} />
        </ActionIcon>
      </div>
      {isTooLong && (
        <p className={classes.tooLong} id="fm-too-long" role="alert">
          That is too long by {byteLength(text) - MAX_BYTES} bytes.
        </p>
      )}
    </form>
  );
}

interface AttachButtonProps {
  disabled: boolean;
  onFiles: (files: File[]) => void;
}

function AttachButton({ disabled, onFiles }: AttachButtonProps) {
  const reset = useRef<() => void>(null);
  const take = (files: File[]) => {
    onFiles(files);
    // Or the same file could not be chosen again.
    reset.current?.();
  };
  return (
    <FileButton multiple resetRef={reset} onChange={take}>
      {(props) => (
        <Tooltip label="Share files">
          <ActionIcon aria-label="Share files" size={36} radius="xl" disabled={disabled} {...props}>
            <IconPaperclip size={20} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      )}
    </FileButton>
  );
}

/** Tells the others while one types, and that one stopped. */
function useTyping(session: RoomSession) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const stop = () => {
    clearTimeout(timer.current);
    session.typing.stopped();
  };
  const note = () => {
    session.typing.going();
    clearTimeout(timer.current);
    timer.current = setTimeout(() => session.typing.stopped(), TYPING_IDLE_MS);
  };
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      session.typing.stopped();
    },
    [session],
  );
  return { note, stop };
}

/** Whom one may want to mention: those online and those who spoke. */
function useNames(session: RoomSession): string[] {
  const { user } = useMember();
  const { users } = useOnline();
  const { log } = useStore(session.state);
  const names = [
    ...users.map((person) => person.username),
    ...log.messages.slice(-200).map((message) => message.username),
  ];
  return names.filter((name) => name !== user.username);
}

/** On a phone this would bring up the keyboard unasked. */
function useFocusOnWideScreens(box: React.RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    if (window.matchMedia('(pointer: fine)').matches) box.current?.focus({ preventScroll: true });
  }, [box]);
}

/** Pasted text may bring invisible control characters, which the server refuses. */
function withoutControls(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/(?![\n\t])\p{Cc}/gu, '');
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
