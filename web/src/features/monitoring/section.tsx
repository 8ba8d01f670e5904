import type { ReactNode } from "react";
import styles from "./monitoring-page.module.css";

interface PartProps {
  title: string;
  /** Which days or hours these are. */
  when?: ReactNode;
  children: ReactNode;
}

/** One matter: its heading, its figures and charts. */
export function Section({ title, when, children }: PartProps) {
  return (
    <section className={styles.part} aria-label={title}>
      <div className={styles.head}>
        <h2>{title}</h2>
        {when !== undefined && <p className={styles.when}>{when}</p>}
      </div>
      {children}
    </section>
  );
}

export function Charts({ children }: { children: ReactNode }) {
  return <div className={styles.charts}>{children}</div>;
}
