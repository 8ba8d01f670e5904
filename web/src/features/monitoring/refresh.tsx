import { useIsFetching } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { queries } from "@/lib/queries";
import { Button } from "@/ui/button";
import { Switch } from "@/ui/choices";
import { Icon } from "@/ui/icon";
import styles from "./monitoring-page.module.css";
import { MONITORING } from "./use-data";

interface RefreshProps {
  live: boolean;
  onLive: (live: boolean) => void;
}

/** When this was, and how it becomes new. */
export function Refresh({ live, onLive }: RefreshProps) {
  const { t, i18n } = useTranslation();
  const asked = useIsFetching({ queryKey: [MONITORING] });
  const times = queries
    .getQueryCache()
    .findAll({ queryKey: [MONITORING] })
    .map((query) => query.state.dataUpdatedAt);
  const last = Math.max(0, ...times);
  const clock = new Intl.DateTimeFormat(i18n.language, { timeStyle: "medium" });
  return (
    <div className={styles.refresh}>
      <Button
        tone="quiet"
        isDisabled={asked > 0}
        onPress={() => void queries.invalidateQueries({ queryKey: [MONITORING] })}
      >
        <Icon name="refresh" />
        {t("monitoring.refresh")}
      </Button>
      <Switch isSelected={live} onChange={onLive}>
        {t("monitoring.live")}
      </Switch>
      {last > 0 && <span>{t("monitoring.as_of", { time: clock.format(last) })}</span>}
    </div>
  );
}
