import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Actions, Note } from "@/ui/layout";
import styles from "./update.module.css";

const AFTER_MS = 2500; // what is kept for later does not hold up what is wanted now

/** Registers the service worker; when a newer version is ready, the person says when to change. Photos that wait stay in the browser's database. */
export function Update() {
  const { t } = useTranslation();
  const [change, setChange] = useState<(() => void) | null>(null);
  useEffect(() => {
    if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
    const start = async () => {
      const { Workbox } = await import("workbox-window");
      const workbox = new Workbox("/sw.js");
      workbox.addEventListener("waiting", () => {
        workbox.addEventListener("controlling", () => window.location.reload());
        setChange(() => () => workbox.messageSkipWaiting());
      });
      await workbox.register();
    };
    const later = setTimeout(() => void start().catch(() => undefined), AFTER_MS); // without a network: next time
    return () => clearTimeout(later);
  }, []);
  if (change === null) return null;
  return (
    <div className={styles.update}>
      <Note announce>
        <Actions>
          <span>{t("update.ready")}</span>
          <Button tone="quiet" onPress={change}>
            {t("update.now")}
          </Button>
        </Actions>
      </Note>
    </div>
  );
}
