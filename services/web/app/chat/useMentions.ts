import { useId, useState, type KeyboardEvent } from 'react';
import { completeMention, mentionAt, suggest } from './text';

const SUGGESTIONS = 6;

interface MentionsOptions {
  text: string;
  caret: number;
  names: readonly string[];
  onComplete: (text: string, caret: number) => void;
}

/** Completion of "@na…": an ARIA combobox whose list stands above the text box. */
export function useMentions({ text, caret, names, onComplete }: MentionsOptions) {
  const listId = useId();
  const [active, setActive] = useState(0);
  const [dismissed, setDismissed] = useState<string | null>(null);
  const at = mentionAt(text, caret);
  const place = at === null ? null : `${at.start}:${at.query}`;
  const found = at === null || place === dismissed ? [] : suggest(names, at.query, SUGGESTIONS);
  // A name that is written out needs no completion: Enter then sends.
  const isWritten = found.length === 1 && found[0]?.toLowerCase() === at?.query.toLowerCase();
  const options = isWritten ? [] : found;
  const isOpen = options.length > 0;
  const current = Math.min(active, options.length - 1);

  const choose = (name: string) => {
    if (at === null) return;
    const done = completeMention(text, caret, at, name);
    setActive(0);
    onComplete(done.text, done.caret);
  };

  /** True when the key belonged to the list. */
  const onKey = (event: KeyboardEvent): boolean => {
    if (!isOpen) return false;
    const { length } = options;
    if (event.key === 'ArrowDown') setActive((current + 1) % length);
    else if (event.key === 'ArrowUp') setActive((current + length - 1) % length);
    else if (event.key === 'Enter' || event.key === 'Tab') choose(options[current] ?? '');
    else if (event.key === 'Escape') setDismissed(place);
    else return false;
    event.preventDefault();
    return true;
  };

  const optionId = (index: number) => `${listId}-${index}`;
  const inputProps = isOpen
    ? {
        role: 'combobox',
        'aria-expanded': true,
        'aria-autocomplete': 'list' as const,
        'aria-controls': listId,
        'aria-activedescendant': optionId(current),
      }
    : {};
  return { isOpen, options, current, choose, onKey, listId, optionId, inputProps };
}

export type Mentions = ReturnType<typeof useMentions>;
