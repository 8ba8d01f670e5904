import type { ReactNode } from "react";
import styles from "./form.module.css";
import { Actions, Note } from "./layout";

interface FormProps {
  onSubmit: () => void;
  /** What went wrong, in words; read out. */
  wrong: string | null;
  /** The buttons at the end; one of them submits. */
  foot: ReactNode;
  children: ReactNode;
}

/** Fields, then what went wrong, then what to do. */
export function Form({ onSubmit, wrong, foot, children }: FormProps) {
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
      {wrong !== null && (
        <Note mood="bad" announce>
          {wrong}
        </Note>
      )}
      <Actions>{foot}</Actions>
    </form>
  );
}
