import classes from './Logo.module.css';

const STONES = Array.from({ length: 7 }, (_, index) => (360 * index) / 7);

/** A ring of standing stones around a fire: where a folkmoot met. */
export function LogoMark({ size = 28 }: { size?: number }) {
  return (
    <svg viewBox="0 0 64 64" width={size} height={size} aria-hidden="true" focusable="false">
      <g className={classes.stones}>
        {STONES.map((angle) => (
          <rect
            key={angle}
            x="26.75"
            y="4"
            width="10.5"
            height="15"
            rx="5"
            transform={`rotate(${angle} 32 32)`}
          />
        ))}
      </g>
      <circle className={classes.fire} cx="32" cy="32" r="6.5" />
    </svg>
  );
}

/** The mark with the name. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <span className={classes.logo}>
      <LogoMark size={size} />
      <span className={classes.name} style={{ fontSize: size * 0.78 }}>
        Folkmoot
      </span>
    </span>
  );
}
