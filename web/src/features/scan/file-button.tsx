import { FileTrigger } from "react-aria-components/FileTrigger";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import styles from "./scan-page.module.css";

/** Photos that are there already. */
export function FileButton({ onFiles }: { onFiles: (files: File[]) => void }) {
  const { t } = useTranslation();
  return (
    <div className={styles.files}>
      <FileTrigger
        acceptedFileTypes={["image/*"]}
        allowsMultiple
        onSelect={(files) => files !== null && onFiles([...files])}
      >
        <Button tone="quiet">
          <Icon name="image" />
          {t("scan.choose")}
        </Button>
      </FileTrigger>
      <p className={styles.hint}>{t("scan.drop")}</p>
    </div>
  );
}
