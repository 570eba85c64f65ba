import { StoneAvatar } from '../ui/StoneAvatar';
import classes from './MentionList.module.css';
import type { Mentions } from './useMentions';

/** The names that fit what is being typed. The focus stays in the text box. */
export function MentionList({ mentions }: { mentions: Mentions }) {
  const { isOpen, options, current, choose, listId, optionId } = mentions;
  if (!isOpen) return null;
  return (
    <ul className={classes.root} id={listId} role="listbox" aria-label="People to mention">
      {options.map((name, index) => (
        // The keys are handled by the text box, which keeps the focus.
        // eslint-disable-next-line jsx-a11y/click-events-have-key-events
        <li
          key={name}
          id={optionId(index)}
          role="option"
          tabIndex={-1}
          aria-selected={index === current}
          className={classes.option}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => choose(name)}
        >
          <StoneAvatar id={name} name={name} size={24} />
          {name}
        </li>
      ))}
    </ul>
  );
}
