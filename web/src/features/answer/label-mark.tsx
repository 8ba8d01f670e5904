import styles from "./feedback.module.css";
import type { Label } from "./use-pack";

const LEAVES = [
  "M24 4C10 12 8 30 24 44 40 30 38 12 24 4z",
  "M24 3l5 9 8-3-2 9 9 3-8 6 3 8-10-1-5 10-5-10-10 1 3-8-8-6 9-3-2-9 8 3z",
  "M24 4c4 6 12 5 16 10-3 3-2 6 1 9-5 1-6 4-5 8-5-1-8 3-12 13-4-10-7-14-12-13 1-4 0-7-5-8 3-3 4-6 1-9 4-5 12-4 16-10z",
  "M8 40C8 20 22 8 42 6 40 26 28 40 8 40z",
  "M24 3c-9 10-9 30 0 42 9-12 9-32 0-42z",
  "M24 6C8 6 4 22 8 30c3 6 10 4 16 14 6-10 13-8 16-14 4-8 0-24-16-24z",
] as const;
const BANANA = "M10 9c-2 18 8 32 30 31 2-1 2-3 0-4C26 34 18 26 15 9c-1-2-4-2-5 0z";
const COLOURS = ["var(--leaf)", "var(--sun)", "var(--rust)", "var(--ink-soft)"] as const;

/** A number that a name always gives. */
function number(name: string): number {
  let sum = 7;
  for (const letter of name) sum = (sum * 31 + letter.charCodeAt(0)) % 9973;
  return sum;
}

interface MarkProps {
  label: Label;
  /** The plant's place among the pack's plants: each has a leaf of its own, as far as there are shapes. */
  plant: number;
  subject: string | undefined;
}

/** A small drawing of a label: its plant's leaf with the pattern of its disease, or its fruit in its colour. */
export function LabelMark({ label, plant, subject }: MarkProps) {
  if (subject === "fruit") {
    const colour = COLOURS[label.class_id % COLOURS.length];
    return (
      <svg className={styles.mark} viewBox="0 0 48 48" aria-hidden>
        <path d={BANANA} fill={colour} />
      </svg>
    );
  }
  const leaf = LEAVES[Math.max(0, plant) % LEAVES.length];
  const pattern = number(label.labels.condition ?? label.class_name);
  const spots = label.treatments === null ? 0 : 3 + (pattern % 4);
  const colour = label.severity === "watch" ? "var(--sun)" : "var(--rust)";
  return (
    <svg className={styles.mark} viewBox="0 0 48 48" aria-hidden>
      <path d={leaf} fill="var(--leaf)" />
      <path d="M24 8v34" stroke="var(--surface)" strokeWidth="1.5" />
      {Array.from({ length: spots }, (_, at) => {
        const angle = ((pattern % 360) + (at * 360) / spots) * (Math.PI / 180);
        return (
          <circle
            // biome-ignore lint/suspicious/noArrayIndexKey: spots have no other name than their place.
            key={at}
            cx={24 + 8 * Math.cos(angle)}
            cy={23 + 9 * Math.sin(angle)}
            r={2 + ((pattern >> at) % 3)}
            fill={colour}
            stroke="var(--surface)"
          />
        );
      })}
    </svg>
  );
}
