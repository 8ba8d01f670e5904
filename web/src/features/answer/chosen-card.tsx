import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { classNames } from "@/ui/class-names";
import { Icon } from "@/ui/icon";
import { Card } from "@/ui/layout";
import styles from "./answer-page.module.css";
import { markColour } from "./words";

interface ChosenCardProps {
  classId: number;
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** What was chosen in the photo. */
export function ChosenCard({ classId, title, onClose, children }: ChosenCardProps) {
  const { t } = useTranslation();
  return (
    <Card label={t("answer.thing")}>
      <div className={classNames(styles.headline, styles.closable)}>
        <h2>
          <span className={styles.dot} style={{ background: markColour(classId) }} />
          {title}
        </h2>
        <Button icon tone="plain" aria-label={t("action.close")} onPress={onClose}>
          <Icon name="cross" />
        </Button>
      </div>
      {children}
    </Card>
  );
}
