import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components/Button";
import styles from "./button.module.css";
import { classNames } from "./class-names";

export type Tone = "main" | "quiet" | "plain" | "danger";

export interface ButtonProps extends Omit<AriaButtonProps, "className" | "style"> {
  tone?: Tone;
  /** As wide as what holds it. */
  wide?: boolean;
  /** A square for one icon; give it an `aria-label`. */
  icon?: boolean;
}

export function buttonClass(tone: Tone, wide = false, icon = false): string {
  return classNames(styles.button, tone !== "main" && styles[tone], wide && styles.wide, icon && styles.icon);
}

export function Button({ tone = "main", wide = false, icon = false, ...rest }: ButtonProps) {
  return <AriaButton {...rest} className={buttonClass(tone, wide, icon)} />;
}
