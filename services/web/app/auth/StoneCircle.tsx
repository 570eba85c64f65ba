import classes from './StoneCircle.module.css';

interface Stone {
  x: number;
  y: number;
  width: number;
  height: number;
  /** 0 far, 1 near. */
  depth: number;
  tilt: number;
}

const COUNT = 12;
/** The circle is open towards the visitor, so that the fire is seen. */
const OPENING = 0.9;

/** Stones on an ellipse, larger and lower where they are nearer. */
const STONES: Stone[] = Array.from({ length: COUNT }, (_, index) => {
  const angle = Math.PI + OPENING / 2 + ((2 * Math.PI - OPENING) * index) / (COUNT - 1);
  const depth = (1 - Math.cos(angle)) / 2;
  const scale = 0.55 + 0.65 * depth;
  return {
    x: 300 + 205 * Math.sin(angle),
    y: 330 - 78 * Math.cos(angle),
    width: (34 + 7 * Math.sin(index * 5.1)) * scale,
    height: (92 + 26 * Math.sin(index * 2.7)) * scale,
    depth,
    tilt: 3.5 * Math.sin(index * 3.3),
  };
}).sort((a, b) => a.depth - b.depth);

/** The picture of the log in page: a ring of stones around a fire at dusk. */
export function StoneCircle() {
  return (
    <svg
      className={classes.root}
      viewBox="0 0 600 520"
      preserveAspectRatio="xMidYMax slice"
      focusable="false"
    >
      <defs>
        <radialGradient id="fm-glow">
          <stop offset="0" className={classes.glowInner} />
          <stop offset="1" className={classes.glowOuter} />
        </radialGradient>
      </defs>
      <circle className={classes.moon} cx="452" cy="96" r="26" />
      <path className={classes.farHill} d="M0 268 Q150 196 320 246 T600 214 V520 H0Z" />
      <path className={classes.nearHill} d="M0 316 Q220 244 600 300 V520 H0Z" />
      <ellipse cx="300" cy="338" rx="230" ry="104" fill="url(#fm-glow)" />
      {STONES.filter((stone) => stone.depth < 0.5).map(drawStone)}
      <path
        className={classes.fire}
        d="M300 300c14 16 20 24 20 34a20 16 0 0 1-40 0c0-8 5-13 9-18 1 6 3 8 5 9 0-9 2-17 6-25Z"
      />
      {STONES.filter((stone) => stone.depth >= 0.5).map(drawStone)}
    </svg>
  );
}

function drawStone({ x, y, width, height, depth, tilt }: Stone) {
  return (
    <g key={`${x}`} transform={`rotate(${tilt} ${x} ${y})`}>
      <ellipse className={classes.shadow} cx={x} cy={y} rx={width * 0.72} ry={width * 0.18} />
      <path
        className={classes.stone}
        style={{ opacity: 0.72 + 0.28 * depth }}
        d={stonePath(x - width / 2, y - height, width, height)}
      />
    </g>
  );
}

function stonePath(x: number, y: number, width: number, height: number): string {
  const shoulder = height * 0.2;
  return [
    `M${x} ${y + height}`,
    `L${x + width * 0.06} ${y + shoulder}`,
    `Q${x + width * 0.12} ${y} ${x + width * 0.5} ${y}`,
    `Q${x + width * 0.92} ${y + height * 0.03} ${x + width * 0.95} ${y + shoulder * 1.2}`,
    `L${x + width} ${y + height}Z`,
  ].join('');
}
