import { useId } from "react";
import styles from "./drawn-leaf.module.css";
import { type Grade, SHARES, spotsOf } from "./grades";

/** A banana leaf that is as sick as the grade says. */
export function DrawnLeaf({ grade }: { grade: Grade }) {
  const id = useId();
  return (
    <svg viewBox="-23 -11 46 22" aria-hidden className={styles.leaf}>
      <clipPath id={id}>
        <path d={OUTLINE} />
      </clipPath>
      <path d={OUTLINE} className={styles.blade} />
      <g clipPath={`url(#${id})`}>
        {spotsOf(SHARES[grade]).map((spot) => (
          <ellipse
            key={`${spot.x}`}
            cx={spot.x}
            cy={spot.y}
            rx={spot.r * 1.4}
            ry={spot.r * 0.8}
            className={styles.spot}
          />
        ))}
      </g>
      <path d="M-22 0H18" className={styles.rib} />
    </svg>
  );
}

const OUTLINE = "M-20 0C-16 -9 8 -11 20 0C8 11 -16 9 -20 0Z";
