import type { ReactNode } from "react";
import { classNames } from "./class-names";
import styles from "./figures.module.css";

export interface Figure {
  name: string;
  value: ReactNode;
  /** Small, below it: an interval, how many. */
  note?: ReactNode;
}

/** Numbers at a glance. */
export function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl className={styles.figures}>
      {figures.map((figure) => (
        <div key={figure.name} className={styles.figure}>
          <dt>{figure.name}</dt>
          <dd>
            <strong>{figure.value}</strong>
            {figure.note !== undefined && <span>{figure.note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Names with what they stand for, line by line. */
export function Facts({ facts }: { facts: readonly { name: string; value: ReactNode; code?: boolean }[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map((fact) => (
        <div key={fact.name}>
          <dt>{fact.name}</dt>
          <dd className={classNames(fact.code === true && styles.code)}>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
