import { useTranslation } from "react-i18next";
import { Select } from "@/ui/select";
import { TextField } from "@/ui/text-field";
import styles from "./people.module.css";
import type { Role, Wanted } from "./use-people";

const ALL = "*";
const ROLES: readonly Role[] = ["guest", "user", "expert", "admin"];

interface FiltersProps {
  wanted: Wanted;
  onChange: (wanted: Wanted) => void;
}

export function Filters({ wanted, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const all = { id: ALL, label: t("people.all") };
  return (
    <search className={styles.filters}>
      <TextField
        label={t("people.search")}
        type="search"
        maxLength={254}
        value={wanted.email}
        onChange={(email) => onChange({ ...wanted, email })}
      />
      <Select
        label={t("people.role")}
        options={[all, ...ROLES.map((id) => ({ id, label: t(`role.${id}`) }))]}
        value={wanted.role ?? ALL}
        onChange={(id) => onChange({ ...wanted, role: ROLES.find((one) => one === id) ?? null })}
      />
      <Select
        label={t("people.state")}
        options={[all, { id: "on", label: t("people.enabled") }, { id: "off", label: t("people.disabled") }]}
        value={wanted.disabled === null ? ALL : wanted.disabled ? "off" : "on"}
        onChange={(id) => onChange({ ...wanted, disabled: id === ALL ? null : id === "off" })}
      />
    </search>
  );
}
