import type { ReactNode } from "react";
import { Label } from "react-aria-components/Label";
import { Radio, RadioGroup } from "react-aria-components/RadioGroup";
import { Switch as AriaSwitch } from "react-aria-components/Switch";
import styles from "./fields.module.css";

interface Choice {
  id: string;
  label: ReactNode;
  hint?: ReactNode;
}

interface ChoicesProps {
  label: ReactNode;
  choices: readonly Choice[];
  value: string | null;
  onChange: (id: string) => void;
}

/** Exactly one of a few, all in view, each with room for a sentence. */
export function Choices({ label, choices, value, onChange }: ChoicesProps) {
  return (
    <RadioGroup value={value} onChange={onChange} className={styles.field ?? ""}>
      <Label className={styles.label ?? ""}>{label}</Label>
      <div className={styles.choices}>
        {choices.map((choice) => (
          <Radio key={choice.id} value={choice.id} className={styles.choice ?? ""}>
            <span className={styles.dot} />
            <span>
              {choice.label}
              {choice.hint !== undefined && <span className={styles.hint}> {choice.hint}</span>}
            </span>
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}

interface SwitchProps {
  children: ReactNode;
  isSelected: boolean;
  onChange: (on: boolean) => void;
}

export function Switch({ children, ...rest }: SwitchProps) {
  return (
    <AriaSwitch {...rest} className={styles.switch ?? ""}>
      <span className={styles.track} />
      <span>{children}</span>
    </AriaSwitch>
  );
}
