import type { ReactNode } from "react";
import styles from "./rows.module.css";

/** A list of things of one kind, each with what can be done with it. */
export function Rows({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul className={styles.rows} aria-label={label}>
      {children}
    </ul>
  );
}

interface RowProps {
  title: ReactNode;
  /** Small, below the title. */
  note?: ReactNode;
  /** Buttons at the end. */
  actions?: ReactNode;
}

export function Row({ title, note, actions }: RowProps) {
  return (
    <li className={styles.row}>
      <div className={styles.words}>
        <div className={styles.title}>{title}</div>
        {note !== undefined && <div className={styles.note}>{note}</div>}
      </div>
      {actions}
    </li>
  );
}
