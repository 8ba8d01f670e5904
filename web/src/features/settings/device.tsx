import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { install, useInstalling } from "@/lib/install";
import { useWaiting } from "@/offline/use-queue";
import { Button } from "@/ui/button";
import { Facts } from "@/ui/figures";
import { Actions, Card, Note } from "@/ui/layout";
import styles from "./settings.module.css";

interface Storage {
  used: number | null;
  room: number | null;
  kept: boolean;
}

async function look(): Promise<Storage> {
  if (!("storage" in navigator)) return { used: null, room: null, kept: false };
  const { usage = null, quota = null } = await navigator.storage.estimate();
  return { used: usage, room: quota, kept: await navigator.storage.persisted() };
}

function photosOf(waiting: readonly { photos: readonly unknown[] }[]): number {
  return waiting.reduce((sum, one) => sum + one.photos.length, 0);
}

/** What this app takes up on this device, and how it comes onto the home screen. */
export function Device() {
  const { t } = useTranslation();
  const { bytes, number } = useFormats();
  const waiting = useWaiting();
  const storage = useQuery({ queryKey: ["storage"], queryFn: look, staleTime: 0, networkMode: "always" });
  const used = storage.data?.used ?? null;
  const room = storage.data?.room ?? null;
  return (
    <Card label={t("settings.device")}>
      <h2>{t("settings.device")}</h2>
      <p>{t("settings.device_text")}</p>
      <Facts
        facts={[
          { name: t("settings.storage_used"), value: used === null ? t("settings.storage_unknown") : bytes(used) },
          { name: t("settings.waiting"), value: waiting === undefined ? "…" : number(photosOf(waiting)) },
          { name: t("settings.storage_room"), value: room === null ? t("settings.storage_unknown") : bytes(room) },
        ]}
      />
      {storage.data?.kept === false && (
        <>
          <p className={styles.soft}>{t("settings.storage_may_go")}</p>
          <Actions>
            <Button tone="quiet" onPress={() => void navigator.storage?.persist().then(() => storage.refetch())}>
              {t("settings.storage_keep")}
            </Button>
          </Actions>
        </>
      )}
      <Install />
    </Card>
  );
}

function Install() {
  const { t } = useTranslation();
  const installing = useInstalling();
  return (
    <div className={styles.part}>
      <h3>{t("settings.install")}</h3>
      {installing === "installed" ? (
        <Note mood="good">{t("settings.install_done")}</Note>
      ) : (
        <p>{t(`settings.install_${installing}`)}</p>
      )}
      {installing === "offered" && (
        <Actions>
          <Button onPress={() => void install()}>{t("settings.install_now")}</Button>
        </Actions>
      )}
    </div>
  );
}
