import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Label } from "react-aria-components/Label";
import { ListBox, ListBoxItem } from "react-aria-components/ListBox";
import { Popover } from "react-aria-components/Popover";
import { Select as AriaSelect, SelectValue } from "react-aria-components/Select";
import styles from "./fields.module.css";
import { Icon } from "./icon";

export interface Option {
  id: string;
  label: string;
}

interface SelectProps {
  label: ReactNode;
  options: readonly Option[];
  value: string;
  onChange: (id: string) => void;
}

/** One of a few. For many, search. */
export function Select({ label, options, value, onChange }: SelectProps) {
  return (
    <AriaSelect value={value} onChange={(key) => onChange(String(key))} className={styles.field ?? ""}>
      <Label className={styles.label ?? ""}>{label}</Label>
      <Button className={styles.select ?? ""}>
        <SelectValue />
        <Icon name="down" />
      </Button>
      <Popover className={styles.popover ?? ""}>
        <ListBox items={options}>
          {(option) => (
            <ListBoxItem id={option.id} className={styles.option ?? ""}>
              {option.label}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
