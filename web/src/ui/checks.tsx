import type { ReactNode } from "react";
import { Checkbox } from "react-aria-components/Checkbox";
import { CheckboxGroup } from "react-aria-components/CheckboxGroup";
import { Label } from "react-aria-components/Label";
import styles from "./checks.module.css";
import { Icon } from "./icon";

interface ChecksProps {
  label: ReactNode;
  choices: readonly { id: string; label: ReactNode }[];
  values: readonly string[];
  onChange: (ids: string[]) => void;
}

/** Any number of a few. */
export function Checks({ label, choices, values, onChange }: ChecksProps) {
  return (
    <CheckboxGroup value={[...values]} onChange={onChange} className={styles.group ?? ""}>
      <Label className={styles.label ?? ""}>{label}</Label>
      <div className={styles.list}>
        {choices.map((choice) => (
          <Checkbox key={choice.id} value={choice.id} className={styles.check ?? ""}>
            <span className={styles.box}>
              <Icon name="check" />
            </span>
            <span>{choice.label}</span>
          </Checkbox>
        ))}
      </div>
    </CheckboxGroup>
  );
}
