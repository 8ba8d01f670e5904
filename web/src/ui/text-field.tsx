import type { ReactNode } from "react";
import { FieldError } from "react-aria-components/FieldError";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { Text } from "react-aria-components/Text";
import { TextArea } from "react-aria-components/TextArea";
import { TextField as AriaTextField, type TextFieldProps as AriaTextFieldProps } from "react-aria-components/TextField";
import { classNames } from "./class-names";
import styles from "./fields.module.css";

interface TextFieldProps extends Omit<AriaTextFieldProps, "className" | "style" | "children"> {
  label: ReactNode;
  hint?: ReactNode;
  /** Shown in red, and read out; makes the field invalid. */
  error?: string | undefined;
  placeholder?: string;
  /** Several lines. */
  long?: boolean;
}

export function TextField({ label, hint, error, placeholder, long = false, ...rest }: TextFieldProps) {
  const shown = placeholder === undefined ? {} : { placeholder };
  return (
    <AriaTextField {...rest} isInvalid={error !== undefined} className={styles.field ?? ""}>
      <Label className={styles.label ?? ""}>{label}</Label>
      {long ? (
        <TextArea {...shown} className={classNames(styles.input, styles.area)} />
      ) : (
        <Input {...shown} className={styles.input ?? ""} />
      )}
      {hint !== undefined && (
        <Text slot="description" className={styles.hint ?? ""}>
          {hint}
        </Text>
      )}
      <FieldError className={styles.error ?? ""}>{error}</FieldError>
    </AriaTextField>
  );
}
