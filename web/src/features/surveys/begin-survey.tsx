import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { beginSurvey } from "@/offline/surveys";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Icon } from "@/ui/icon";
import { Note } from "@/ui/layout";
import { Select } from "@/ui/select";
import { TextField } from "@/ui/text-field";
import styles from "./surveys.module.css";

const EMPTY = {
  plot: "",
  cultivar: "",
  growth_phase: "",
  last_treatment_on: "",
  last_deleafing_on: "",
  notes: "",
  functional: "share_15" as "share_15" | "grade_4",
};

/** Today here, YYYY-MM-DD. */
function today(): string {
  const now = new Date();
  return new Date(now.valueOf() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

/** Begins a walk, of this plot if one is named. */
export function BeginSurvey({ plot = "", tone = "main" }: { plot?: string; tone?: "main" | "quiet" }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button tone={tone} onPress={() => setOpen(true)}>
        <Icon name="plus" />
        {plot === "" ? t("surveys.begin") : t("surveys.begin_again")}
      </Button>
      <Dialog title={t("surveys.begin")} isOpen={open} onClose={() => setOpen(false)}>
        <Form plot={plot} />
      </Dialog>
    </>
  );
}

function Form({ plot }: { plot: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [head, setHead] = useState({ ...EMPTY, plot, visited_on: today() });
  const begin = useMutation({
    mutationFn: () => {
      const { functional, visited_on, ...words } = head;
      const said = Object.entries(words).map(([name, text]) => [name, text.trim() === "" ? null : text.trim()]);
      return beginSurvey({ ...Object.fromEntries(said), plot: words.plot.trim(), visited_on, functional });
    },
    networkMode: "always",
    onSuccess: (id) => navigate({ to: "/surveys/$id", params: { id } }),
  });
  const set = (name: keyof typeof head) => (value: string) => setHead({ ...head, [name]: value });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    begin.mutate();
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <TextField label={t("surveys.plot")} isRequired maxLength={100} value={head.plot} onChange={set("plot")} />
      <TextField
        label={t("surveys.visited_on")}
        type="date"
        isRequired
        value={head.visited_on}
        onChange={set("visited_on")}
      />
      <TextField label={t("surveys.cultivar")} maxLength={100} value={head.cultivar} onChange={set("cultivar")} />
      <details>
        <summary>{t("surveys.more")}</summary>
        <div className={styles.form}>
          <TextField
            label={t("surveys.growth_phase")}
            maxLength={100}
            value={head.growth_phase}
            onChange={set("growth_phase")}
          />
          <TextField
            label={t("surveys.last_treatment_on")}
            type="date"
            value={head.last_treatment_on}
            onChange={set("last_treatment_on")}
          />
          <TextField
            label={t("surveys.last_deleafing_on")}
            hint={t("surveys.deleafing_hint")}
            type="date"
            value={head.last_deleafing_on}
            onChange={set("last_deleafing_on")}
          />
          <Select
            label={t("surveys.functional")}
            options={[
              { id: "share_15", label: t("surveys.functional_share_15") },
              { id: "grade_4", label: t("surveys.functional_grade_4") },
            ]}
            value={head.functional}
            onChange={(id) => setHead({ ...head, functional: id === "grade_4" ? "grade_4" : "share_15" })}
          />
          <TextField label={t("surveys.notes")} long maxLength={2000} value={head.notes} onChange={set("notes")} />
        </div>
      </details>
      {begin.isError && (
        <Note mood="bad" announce>
          {begin.error.message}
        </Note>
      )}
      <Button type="submit" wide isDisabled={begin.isPending}>
        {t("surveys.go")}
      </Button>
    </form>
  );
}
