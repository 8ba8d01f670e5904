import type { ReactNode } from "react";
import { ToggleButton } from "react-aria-components/ToggleButton";
import { buttonClass } from "@/ui/button";
import { classNames } from "@/ui/class-names";
import { Icon, type IconName } from "@/ui/icon";
import styles from "./feedback.module.css";

interface VerdictButtonProps {
  icon: IconName;
  chosen: boolean;
  busy: boolean;
  onPress: () => void;
  children: ReactNode;
}

/** One thing that can be said; it shows whether it is what was said. */
export function VerdictButton({ icon, chosen, busy, onPress, children }: VerdictButtonProps) {
  return (
    <ToggleButton
      className={classNames(buttonClass("quiet"), styles.verdict)}
      isDisabled={busy}
      isSelected={chosen}
      onChange={onPress}
    >
      <Icon name={icon} />
      {children}
    </ToggleButton>
  );
}
