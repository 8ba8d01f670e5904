import { useTranslation } from "react-i18next";
import { useLocalized } from "@/i18n/localized";
import { useModels } from "@/lib/packs";
import { Switch } from "@/ui/choices";
import { Select } from "@/ui/select";
import styles from "./monitoring-page.module.css";
import { RANGES, type Scope } from "./scope";
import { useVersions } from "./use-data";

const ALL = "*";

interface ScopeBarProps {
  scope: Scope;
  onChange: (scope: Scope) => void;
}

/** Which time, which model and version, whose. */
export function ScopeBar({ scope, onChange }: ScopeBarProps) {
  const { t } = useTranslation();
  const localized = useLocalized();
  const models = useModels();
  const versions = useVersions(scope.model);
  const known = models.data?.items.map((one) => ({ id: one.name, label: localized(one.title) })) ?? [];
  return (
    <div className={styles.scope}>
      <Select
        label={t("monitoring.range")}
        options={RANGES.map((id) => ({ id, label: t(`monitoring.range_${id}`) }))}
        value={scope.range}
        onChange={(id) => onChange({ ...scope, range: RANGES.find((one) => one === id) ?? "week" })}
      />
      <Select
        label={t("monitoring.model")}
        options={[{ id: ALL, label: t("monitoring.all_models") }, ...known]}
        value={scope.model ?? ALL}
        onChange={(id) => onChange({ ...scope, model: id === ALL ? null : id, version: null })}
      />
      {scope.model !== null && (
        <Select
          label={t("monitoring.version")}
          options={[
            { id: ALL, label: t("monitoring.all_versions") },
            ...(versions.data?.map((version) => ({ id: version, label: version })) ?? []),
          ]}
          value={scope.version ?? ALL}
          onChange={(id) => onChange({ ...scope, version: id === ALL ? null : id })}
        />
      )}
      <Switch isSelected={scope.mine} onChange={(mine) => onChange({ ...scope, mine })}>
        {t("monitoring.mine")}
      </Switch>
    </div>
  );
}
