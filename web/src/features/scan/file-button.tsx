import { useRef } from "react";
import { FileTrigger } from "react-aria-components/FileTrigger";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import styles from "./scan-page.module.css";

/** Photos that are there already. */
export function FileButton({ onFiles }: { onFiles: (files: File[]) => void }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement | null>(null);
  const take = (files: FileList | null) => {
    if (files === null) return;
    onFiles([...files]);
    // The same file may be chosen again.
    if (input.current !== null) input.current.value = "";
  };
  return (
    <div className={styles.files}>
      <FileTrigger ref={input} acceptedFileTypes={["image/*"]} allowsMultiple onSelect={take}>
        <Button tone="quiet">
          <Icon name="image" />
          {t("scan.choose")}
        </Button>
      </FileTrigger>
      <p className={styles.hint}>{t("scan.drop")}</p>
    </div>
  );
}
