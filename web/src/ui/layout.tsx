import { type ReactNode, useEffect } from "react";
import { classNames } from "./class-names";
import { Icon, type IconName } from "./icon";
import styles from "./layout.module.css";

const APP = "Cultivar";

interface PageProps {
  title: string;
  lead?: ReactNode;
  /** Buttons beside the title, on a phone below it. */
  actions?: ReactNode;
  /** The buttons are icons, and stay beside the title on a phone too. */
  beside?: boolean;
  /** One column of text and controls. */
  narrow?: boolean;
  children: ReactNode;
}

/** A page: one heading, which names the tab too, what can be done with all of it, and its parts. */
export function Page({ title, lead, actions, beside = false, narrow = false, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} – ${APP}`;
  }, [title]);
  return (
    <div className={classNames(styles.page, narrow && styles.narrow)}>
      <header className={classNames(styles.head, beside && styles.beside)}>
        <div>
          <h1>{title}</h1>
          {lead !== undefined && <p className={styles.lead}>{lead}</p>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Card({ children, label }: { children: ReactNode; label?: string }) {
  return label === undefined ? (
    <div className={styles.card}>{children}</div>
  ) : (
    <section className={styles.card} aria-label={label}>
      {children}
    </section>
  );
}

export function Grid({ children }: { children: ReactNode }) {
  return <div className={styles.grid}>{children}</div>;
}

export function Actions({ children }: { children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>;
}

export type Mood = "calm" | "good" | "warn" | "bad";

const NOTE_ICONS: Record<Mood, IconName> = { calm: "help", good: "check", warn: "warning", bad: "warning" };

/** A sentence that matters. `announce` reads it out when it appears. */
export function Note({ mood = "calm", announce = false, children }: NoteProps) {
  return (
    <div className={classNames(styles.note, mood !== "calm" && styles[mood])} role={announce ? "status" : undefined}>
      <Icon name={NOTE_ICONS[mood]} />
      <div>{children}</div>
    </div>
  );
}

interface NoteProps {
  mood?: Mood;
  announce?: boolean;
  children: ReactNode;
}

export function Badge({ mood = "calm", children }: { mood?: Mood; children: ReactNode }) {
  return <span className={classNames(styles.badge, mood !== "calm" && styles[mood])}>{children}</span>;
}

interface StateProps {
  icon: IconName;
  title: ReactNode;
  children?: ReactNode;
}

/** What stands where there is nothing yet: what belongs here, and how to get it. */
export function EmptyState({ icon, title, children }: StateProps) {
  return (
    <div className={styles.state}>
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Skeleton({ label }: { label: string }) {
  return (
    <div className={styles.skeleton} role="status">
      <span className="visually-hidden">{label}</span>
    </div>
  );
}

interface MeterProps {
  /** 0 to 1. */
  value: number;
  label: string;
  /** Read out instead of the percentage. */
  text?: string;
  mood?: Mood;
}

/** A share as a bar. */
export function Meter({ value, label, text, mood = "calm" }: MeterProps) {
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    // biome-ignore lint/a11y/useSemanticElements: browsers draw <meter> each in a way of their own.
    <div
      className={styles.bar}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={text}
    >
      <div className={classNames(styles.fill, mood === "warn" && styles.warn)} style={{ width: `${percent}%` }} />
    </div>
  );
}

interface ProgressProps {
  /** 0 to 1; null while it is not known. */
  value: number | null;
  label: string;
}

export function Progress({ value, label }: ProgressProps) {
  const now = value === null ? {} : { "aria-valuenow": Math.round(value * 100) };
  return (
    <div className={styles.bar} role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} {...now}>
      <div className={styles.fill} style={{ width: `${Math.round((value ?? 0.3) * 100)}%` }} />
    </div>
  );
}

/** A plain table that scrolls sideways on a phone. Children are thead and tbody. */
export function Table({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table with its scroll is no group of fields, and no landmark either.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard.
    <div className={styles.scroll} role="group" aria-label={label} tabIndex={0}>
      <table className={styles.table}>{children}</table>
    </div>
  );
}
