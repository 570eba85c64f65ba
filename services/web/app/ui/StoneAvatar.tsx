import classes from './StoneAvatar.module.css';

const HUES = [8, 32, 62, 96, 140, 172, 205, 238, 275, 318];

function hueOf(id: string): number {
  let hash = 0;
  for (const letter of id) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return HUES[hash % HUES.length] ?? 140;
}

interface StoneAvatarProps {
  id: string;
  name: string;
  size?: number;
  /** Shows a dot when true. */
  online?: boolean;
}

/** A person's stone: the first letter of the name on a colour made from the id. */
export function StoneAvatar({ id, name, size = 36, online = false }: StoneAvatarProps) {
  const letter = ([...name][0] ?? '?').toLocaleUpperCase();
  return (
    <span className={classes.root} style={{ width: size, height: size }} aria-hidden="true">
      <span
        className={classes.stone}
        style={{ '--hue': hueOf(id), fontSize: size * 0.44 } as React.CSSProperties}
      >
        {letter}
      </span>
      {online && <span className={classes.dot} />}
    </span>
  );
}
