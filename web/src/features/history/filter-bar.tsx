import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocalized } from "@/i18n/localized";
import { useLabels, useModels } from "@/lib/packs";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Select } from "@/ui/select";
import { TextField } from "@/ui/text-field";
import { ANY, active, COUNTS, type Filters } from "./filters";
import styles from "./history-page.module.css";

interface FilterProps {
  filters: Filters;
  onChange: (change: Partial<Filters>) => void;
}

const ALL = "all";
const TYPING_MS = 300;

/** Search in view, the rest a press away. */
export function FilterBar({ filters, onChange }: FilterProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const id = useId();
  const used = active(filters);
  return (
    <search className={styles.filters ?? ""}>
      <div className={styles.search}>
        <Search q={filters.q} onChange={(q) => onChange({ q })} />
        <Button tone="quiet" aria-expanded={open} aria-controls={id} onPress={() => setOpen(!open)}>
          <Icon name="down" />
          {used === 0 ? t("history.filters") : t("history.filters_used", { count: used })}
        </Button>
      </div>
      <div id={id} hidden={!open} className={styles.fields}>
        {open && <Fields filters={filters} onChange={onChange} />}
      </div>
      {used > 0 && (
        <Button tone="plain" onPress={() => onChange({ ...ANY, q: filters.q })}>
          <Icon name="cross" />
          {t("history.filters_clear")}
        </Button>
      )}
    </search>
  );
}

/** Asks once the person stops typing. */
function Search({ q, onChange }: { q: string; onChange: (q: string) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(q);
  useEffect(() => {
    if (text === q) return;
    const timer = setTimeout(() => onChange(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, q, onChange]);
  return <TextField label={t("history.search")} type="search" value={text} onChange={setText} />;
}

function Fields({ filters, onChange }: FilterProps) {
  const { t } = useTranslation();
  return (
    <>
      <Pack filters={filters} onChange={onChange} />
      <Select
        label={t("history.answered")}
        options={[
          { id: ALL, label: t("history.any") },
          { id: "answered", label: t("history.answered_yes") },
          { id: "refused", label: t("history.answered_no") },
        ]}
        value={filters.answered || ALL}
        onChange={(id) => onChange({ answered: id === ALL ? "" : (id as Filters["answered"]) })}
      />
      <Select
        label={t("history.told")}
        options={[
          { id: ALL, label: t("history.any") },
          { id: "given", label: t("history.told_given") },
          { id: "none", label: t("history.told_none") },
        ]}
        value={filters.told || ALL}
        onChange={(id) => onChange({ told: id === ALL ? "" : (id as Filters["told"]) })}
      />
      <TextField label={t("history.from")} type="date" value={filters.from} onChange={(from) => onChange({ from })} />
      <TextField label={t("history.to")} type="date" value={filters.to} onChange={(to) => onChange({ to })} />
      <Counted filters={filters} onChange={onChange} />
    </>
  );
}

function Pack({ filters, onChange }: FilterProps) {
  const { t } = useTranslation();
  const words = useLocalized();
  const models = useModels();
  const labels = useLabels(filters.pack);
  const packs = (models.data?.items ?? []).map((one) => ({ id: one.name, label: words(one.title) }));
  const classes = (labels.data?.items ?? []).map((one) => ({ id: one.class_name, label: words(one.title) }));
  return (
    <>
      <Select
        label={t("history.pack")}
        options={[{ id: ALL, label: t("history.any") }, ...packs]}
        value={filters.pack || ALL}
        onChange={(id) => onChange({ pack: id === ALL ? "" : id, className: "" })}
      />
      {filters.pack !== "" && (
        <Select
          label={t("history.class")}
          options={[{ id: ALL, label: t("history.any") }, ...classes]}
          value={filters.className || ALL}
          onChange={(id) => onChange({ className: id === ALL ? "" : id })}
        />
      )}
    </>
  );
}

function Counted({ filters, onChange }: FilterProps) {
  const { t } = useTranslation();
  return (
    <>
      <Select
        label={t("history.count")}
        options={COUNTS.map((id) => ({ id, label: t(`history.counts.${id}`) }))}
        value={filters.count}
        onChange={(id) => onChange({ count: COUNTS.find((one) => one === id) ?? "banana_count" })}
      />
      <TextField
        label={t("history.least")}
        inputMode="numeric"
        value={filters.least}
        onChange={(least) => onChange({ least })}
      />
      <TextField
        label={t("history.most")}
        inputMode="numeric"
        value={filters.most}
        onChange={(most) => onChange({ most })}
      />
    </>
  );
}
