import classes from './StoneAvatar.module.css';

const HUE_STEP = 18;

/** A hue from the id, by FNV-1a: near ids lie far apart. */
function hueOf(id: string): number {
  let hash = 0x811c9dc5;
  for (const letter of id) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return ((hash >>> 8) * HUE_STEP) % 360;
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
