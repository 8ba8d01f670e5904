import styles from "./charts.module.css";

interface BarProps {
  bars: readonly { name: string; value: number }[];
  /** What the names are. */
  axis: string;
  label: string;
  format: (value: number) => string;
}

const WIDTH = 320;
const HEIGHT = 160;
const FOOT = 30;
const HEAD = 16;

/** Where the index turns amber and red. */
const AMBER = 20;
const RED = 30;

export function lightOf(index: number): "good" | "warn" | "bad" {
  if (index < AMBER) return "good";
  return index < RED ? "warn" : "bad";
}

/** The top of a scale that holds the values, a round number. */
export function topOf(values: readonly number[]): number {
  const most = Math.max(10, ...values);
  return Math.ceil(most / 10) * 10;
}

/** Shares as bars, each with its number. */
export function BarChart({ bars, axis, label, format }: BarProps) {
  const top = topOf(bars.map((bar) => bar.value));
  const step = WIDTH / bars.length;
  const wide = Math.min(36, step * 0.7);
  const room = HEIGHT - FOOT - HEAD;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className={styles.chart} role="img" aria-label={label}>
      <line x1={0} x2={WIDTH} y1={HEIGHT - FOOT} y2={HEIGHT - FOOT} className={styles.axis} />
      {bars.map((bar, at) => {
        const high = (bar.value / top) * room;
        const x = step * (at + 0.5);
        return (
          <g key={bar.name}>
            <title>{`${axis} ${bar.name}: ${format(bar.value)}`}</title>
            <rect
              x={x - wide / 2}
              y={HEIGHT - FOOT - high}
              width={wide}
              height={Math.max(1, high)}
              rx={3}
              className={styles[lightOf(bar.value)]}
            />
            <text x={x} y={HEIGHT - FOOT - high - 4} className={styles.text}>
              {format(bar.value)}
            </text>
            <text x={x} y={HEIGHT - FOOT + 12} className={styles.text}>
              {bar.name}
            </text>
          </g>
        );
      })}
      <text x={WIDTH / 2} y={HEIGHT - 3} className={styles.text}>
        {axis}
      </text>
    </svg>
  );
}

interface LineProps {
  points: readonly { at: number; value: number }[];
  label: string;
  format: (value: number) => string;
}

/** Values over time, the marks at their distances in days. */
export function LineChart({ points, label, format }: LineProps) {
  if (points.length < 2) return null;
  const top = topOf(points.map((point) => point.value));
  const from = Math.min(...points.map((point) => point.at));
  const span = Math.max(1, Math.max(...points.map((point) => point.at)) - from);
  const room = HEIGHT - 2 * HEAD;
  const x = (at: number) => 24 + ((at - from) / span) * (WIDTH - 48);
  const y = (value: number) => HEIGHT - HEAD - (value / top) * room;
  const path = points.map((point, at) => `${at === 0 ? "M" : "L"}${x(point.at)} ${y(point.value)}`).join("");
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className={styles.chart} role="img" aria-label={label}>
      <line x1={0} x2={WIDTH} y1={y(0)} y2={y(0)} className={styles.axis} />
      {[AMBER, RED].map(
        (limit) =>
          limit < top && <line key={limit} x1={0} x2={WIDTH} y1={y(limit)} y2={y(limit)} className={styles.limit} />,
      )}
      <path d={path} className={styles.line} />
      {points.map((point) => (
        <g key={`${point.at} ${point.value}`}>
          <circle cx={x(point.at)} cy={y(point.value)} r={5} className={styles[lightOf(point.value)]} />
          <text x={x(point.at)} y={y(point.value) - 9} className={styles.text}>
            {format(point.value)}
          </text>
        </g>
      ))}
    </svg>
  );
}
