import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Head } from "@/offline/survey-shape";
import { Button } from "@/ui/button";
import { Form } from "@/ui/form";
import { Select } from "@/ui/select";
import { TextField } from "@/ui/text-field";
import styles from "./surveys.module.css";

const WORDS = ["plot", "cultivar", "growth_phase", "last_treatment_on", "last_deleafing_on", "notes"] as const;

type Fields = Record<(typeof WORDS)[number] | "visited_on", string> & { functional: "share_15" | "grade_4" };

/** Empty fields for what is not known. */
export function fieldsOf(head: Head): Fields {
  const words = Object.fromEntries(WORDS.map((name) => [name, head[name] ?? ""]));
  return { ...words, visited_on: head.visited_on, functional: head.functional ?? "share_15" } as Fields;
}

/** Null for what is empty. */
export function headOf({ visited_on, functional, ...words }: Fields): Head {
  const said = WORDS.map((name) => [name, words[name].trim() === "" ? null : words[name].trim()]);
  return { ...Object.fromEntries(said), plot: words.plot.trim(), visited_on, functional };
}

interface HeadFormProps {
  head: Head;
  /** The words of the button at the end. */
  go: string;
  /** Whether all fields are shown at once. */
  whole?: boolean;
  onSave: (head: Head) => Promise<void>;
}

/** What a survey is of. */
export function HeadForm({ head, go, whole = false, onSave }: HeadFormProps) {
  const { t } = useTranslation();
  const [fields, setFields] = useState(() => fieldsOf(head));
  const saving = useMutation({ mutationFn: () => onSave(headOf(fields)), networkMode: "always" });
  const field = (name: keyof Fields) => ({
    label: t(`surveys.${name}`),
    value: fields[name],
    onChange: (value: string) => setFields({ ...fields, [name]: value }),
  });
  return (
    <Form
      onSubmit={() => saving.mutate()}
      wrong={saving.error?.message ?? null}
      foot={
        <Button type="submit" wide isDisabled={saving.isPending}>
          {go}
        </Button>
      }
    >
      <TextField {...field("plot")} isRequired maxLength={100} />
      <TextField {...field("visited_on")} type="date" isRequired />
      <TextField {...field("cultivar")} maxLength={100} />
      <details open={whole}>
        <summary>{t("surveys.more")}</summary>
        <div className={styles.form}>
          <TextField {...field("growth_phase")} maxLength={100} />
          <TextField {...field("last_treatment_on")} type="date" />
          <TextField {...field("last_deleafing_on")} hint={t("surveys.deleafing_hint")} type="date" />
          <Select
            label={t("surveys.functional")}
            options={[
              { id: "share_15", label: t("surveys.functional_share_15") },
              { id: "grade_4", label: t("surveys.functional_grade_4") },
            ]}
            value={fields.functional}
            onChange={(id) => setFields({ ...fields, functional: id === "grade_4" ? "grade_4" : "share_15" })}
          />
          <TextField {...field("notes")} long maxLength={2000} />
        </div>
      </details>
    </Form>
  );
}
