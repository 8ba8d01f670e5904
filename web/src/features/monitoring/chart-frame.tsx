import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import styles from "./chart-card.module.css";

interface ChartFrameProps {
  title: string;
  /** What it means, in a sentence. */
  about?: ReactNode;
  /** Said in the place of the chart where there is nothing to see. */
  empty: string | null;
  /** Buttons before those that save. */
  actions?: ReactNode;
  onTable: () => void;
  onPicture: () => void;
  children: ReactNode;
}

/** Around a chart: what it is called and means, and how to take it away. */
export function ChartFrame({ title, about, empty, actions, onTable, onPicture, children }: ChartFrameProps) {
  const { t } = useTranslation();
  return (
    <figure className={styles.card} aria-label={title}>
      <figcaption className={styles.caption}>
        <h3>{title}</h3>
        {about !== undefined && <div className={styles.about}>{about}</div>}
      </figcaption>
      {empty !== null && <p className={styles.empty}>{empty}</p>}
      {empty === null && children}
      {empty === null && (
        <div className={styles.actions}>
          {actions}
          <Button tone="plain" onPress={onTable} aria-label={t("monitoring.csv_of", { title })}>
            <Icon name="download" />
            {t("monitoring.csv")}
          </Button>
          <Button tone="plain" onPress={onPicture} aria-label={t("monitoring.png_of", { title })}>
            <Icon name="image" />
            {t("monitoring.png")}
          </Button>
        </div>
      )}
    </figure>
  );
}
