import { type ReactNode, useId } from "react";
import styles from "./fields.module.css";

interface RangeProps {
  label: ReactNode;
  hint?: ReactNode;
  /** What the value means, shown beside the label and read out. */
  text: string;
  value: number;
  onChange: (value: number) => void;
  min: number;
  max: number;
  step: number;
}

/** A number between two ends. */
export function Range({ label, hint, text, value, onChange, ...ends }: RangeProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label} <output>{text}</output>
      </label>
      <input
        id={id}
        className={styles.range}
        type="range"
        aria-valuetext={text}
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
        {...ends}
      />
      {hint !== undefined && <span className={styles.hint}>{hint}</span>}
    </div>
  );
}
