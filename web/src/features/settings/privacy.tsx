import { useTranslation } from "react-i18next";
import { useSession } from "@/lib/use-session";
import { Card } from "@/ui/layout";
import { CloseAccount } from "./close-account";
import { Consent } from "./consent";
import { MyData } from "./my-data";
import styles from "./settings.module.css";

export function Privacy() {
  const { t } = useTranslation();
  const { state, guest } = useSession();
  return (
    <Card label={t("settings.privacy")}>
      <h2>{t("settings.privacy")}</h2>
      {state === "out" && <p>{t("settings.privacy_nobody")}</p>}
      {state === "in" && (
        <>
          <Consent />
          <div className={styles.part}>
            <h3>{t("settings.export")}</h3>
            <MyData />
          </div>
          <div className={styles.part}>
            <h3>{t("settings.close")}</h3>
            <CloseAccount guest={guest} />
          </div>
        </>
      )}
    </Card>
  );
}
