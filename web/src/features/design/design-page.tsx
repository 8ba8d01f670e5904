import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, type Tone } from "@/ui/button";
import { Choices, Switch } from "@/ui/choices";
import { Confirm } from "@/ui/dialog";
import { Icon } from "@/ui/icon";
import { Actions, Badge, Card, EmptyState, Meter, type Mood, Note, Page, Progress, Skeleton } from "@/ui/layout";
import { Select } from "@/ui/select";
import { TextField } from "@/ui/text-field";
import styles from "./design-page.module.css";

const TONES: readonly Tone[] = ["main", "quiet", "plain", "danger"];
const MOODS: readonly Mood[] = ["calm", "good", "warn", "bad"];
const COLOURS = [
  "paper",
  "surface",
  "sunken",
  "line",
  "ink",
  "ink-soft",
  "leaf",
  "leaf-soft",
  "sun",
  "sun-soft",
  "rust",
  "rust-soft",
  "sky",
  "sky-soft",
];

/** Every component of the house, in one theme and the other. */
export function DesignPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("design.title")} lead={t("design.lead")}>
      <div className={styles.themes}>
        {(["light", "dark"] as const).map((theme) => (
          <section key={theme} className={styles.theme} data-scheme={theme} aria-label={t(`settings.theme_${theme}`)}>
            <h2>{t(`settings.theme_${theme}`)}</h2>
            <Colours />
            <Controls />
            <Words />
          </section>
        ))}
      </div>
    </Page>
  );
}

function Colours() {
  return (
    <ul className={styles.colours}>
      {COLOURS.map((name) => (
        <li key={name}>
          <span style={{ background: `var(--${name})` }} />
          {name}
        </li>
      ))}
    </ul>
  );
}

function Controls() {
  const { t } = useTranslation();
  const [choice, setChoice] = useState("a");
  const [text, setText] = useState("");
  const [on, setOn] = useState(true);
  const [open, setOpen] = useState(false);
  const options = [
    { id: "a", label: t("design.first") },
    { id: "b", label: t("design.second") },
  ];
  return (
    <Card>
      <Actions>
        {TONES.map((tone) => (
          <Button key={tone} tone={tone} onPress={() => setOpen(tone === "danger")}>
            {t(`design.${tone}`)}
          </Button>
        ))}
        <Button isDisabled>{t("design.disabled")}</Button>
        <Button icon tone="quiet" aria-label={t("nav.scan")}>
          <Icon name="camera" />
        </Button>
      </Actions>
      <TextField label={t("design.text")} hint={t("design.hint")} value={text} onChange={setText} />
      <TextField label={t("design.wrong")} error={t("design.error")} value={text} onChange={setText} />
      <Select label={t("design.select")} options={options} value={choice} onChange={setChoice} />
      <Choices label={t("design.choices")} choices={options} value={choice} onChange={setChoice} />
      <Switch isSelected={on} onChange={setOn}>
        {t("design.switch")}
      </Switch>
      <Confirm
        title={t("design.confirm")}
        text={t("design.hint")}
        yes={t("action.delete")}
        no={t("action.cancel")}
        isOpen={open}
        onYes={() => setOn(false)}
        onClose={() => setOpen(false)}
      />
    </Card>
  );
}

function Words() {
  const { t } = useTranslation();
  return (
    <>
      <Actions>
        {MOODS.map((mood) => (
          <Badge key={mood} mood={mood}>
            {t(`design.${mood}`)}
          </Badge>
        ))}
      </Actions>
      {MOODS.map((mood) => (
        <Note key={mood} mood={mood}>
          {t("design.hint")}
        </Note>
      ))}
      <Meter value={0.72} label={t("design.meter")} />
      <Progress value={0.4} label={t("design.progress")} />
      <Skeleton label={t("state.loading")} />
      <EmptyState icon="leaf" title={t("design.empty")}>
        <p>{t("design.hint")}</p>
      </EmptyState>
    </>
  );
}
