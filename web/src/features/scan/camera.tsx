import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Photo } from "@/offline/kept";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Note } from "@/ui/layout";
import styles from "./camera.module.css";
import { useCamera } from "./use-camera";

interface CameraProps {
  longSide: number;
  /** No more photos fit. */
  full: boolean;
  onPhoto: (photo: Photo) => void;
}

/** What the camera sees, with a frame to put the leaf into. */
export function Camera({ longSide, full, onPhoto }: CameraProps) {
  const { t } = useTranslation();
  const camera = useCamera();
  const [blink, setBlink] = useState(0);
  const on = camera.state === "on";

  async function take() {
    const photo = await camera.capture(longSide);
    setBlink((times) => times + 1);
    onPhoto(photo);
  }

  return (
    <section className={styles.camera} aria-label={t("scan.camera")} data-on={on || undefined}>
      <div className={styles.stage}>
        <video ref={camera.video} className={styles.video} muted playsInline aria-label={t("scan.live")} />
        {on && <Frame />}
        {blink > 0 && <span key={blink} className={styles.blink} />}
        {on ? (
          <div className={styles.controls}>
            {camera.torch !== null && (
              <Button
                icon
                tone="quiet"
                aria-label={t("scan.torch")}
                aria-pressed={camera.torch}
                onPress={() => void camera.setTorch(!camera.torch)}
              >
                <Icon name="bolt" />
              </Button>
            )}
            <span className={styles.shutter}>
              <Button icon aria-label={t("scan.take")} isDisabled={full} onPress={() => void take()}>
                <Icon name="camera" />
              </Button>
            </span>
            <span className={styles.shut}>
              <Button icon tone="quiet" aria-label={t("scan.camera_off")} onPress={camera.stop}>
                <Icon name="cross" />
              </Button>
            </span>
          </div>
        ) : (
          <div className={styles.closed}>
            <Icon name="leaf" />
            <p>{t("scan.aim")}</p>
            <Button isDisabled={camera.state === "starting"} onPress={() => void camera.start()}>
              <Icon name="camera" />
              {t("scan.camera_on")}
            </Button>
          </div>
        )}
      </div>
      {(camera.state === "refused" || camera.state === "missing") && (
        <Note mood="warn" announce>
          {t(camera.state === "refused" ? "scan.camera_refused" : "scan.camera_missing")}
        </Note>
      )}
    </section>
  );
}

/** Four corners. What lies outside them is in the photo too. */
function Frame() {
  const { t } = useTranslation();
  return (
    <>
      <svg className={styles.frame} viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden>
        <path d="M2 14V2h12M86 2h12v12M98 86v12H86M14 98H2V86" vectorEffect="non-scaling-stroke" />
      </svg>
      <p className={styles.hint}>{t("scan.frame")}</p>
    </>
  );
}
