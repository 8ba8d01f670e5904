import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { useOnline } from "@/lib/online";
import { useTitles } from "@/lib/packs";
import type { Kept, Waiting } from "@/offline/database";
import { useProgress } from "@/offline/progress";
import { usePhotoUrl } from "@/offline/use-photo-url";
import { Button, buttonClass } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Actions, Badge, Card, Note, Progress } from "@/ui/layout";
import styles from "./scan-page.module.css";

/** Nothing is told as certain. */
const SUREST = 0.99;

async function queue() {
  return import("@/offline/queue");
}

/** What is on its way and what waits, each with its way out. */
export function Outbox({ waiting }: { waiting: readonly Waiting[] }) {
  const { t } = useTranslation();
  const online = useOnline();
  const progress = useProgress();
  if (waiting.length === 0) return null;
  const idle = waiting.some((one) => one.state === "waiting") && progress.size === 0;
  return (
    <Card label={t("scan.outbox")}>
      <h2>{t("scan.outbox")}</h2>
      {!online && <p className={styles.hint}>{t("scan.outbox_offline")}</p>}
      <ul className={styles.rows}>
        {waiting.map((one) => (
          <Row key={one.key} one={one} share={progress.get(one.key)} />
        ))}
      </ul>
      {online && idle && (
        <Actions>
          <Button tone="quiet" onPress={() => void queue().then(({ drain }) => drain())}>
            {t("scan.send_now")}
          </Button>
        </Actions>
      )}
    </Card>
  );
}

/** `share`: undefined where it is not being sent by this tab. */
function Row({ one, share }: { one: Waiting; share: number | null | undefined }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const sending = share !== undefined;
  return (
    <Pictured photo={one.photos[0]}>
      <div className={styles.told}>
        <span>{t("scan.count_photos", { count: one.photos.length })}</span>
        <span className={styles.hint}>{moment(one.at)}</span>
        {sending && <Progress value={share} label={share === null ? t("scan.looking") : t("scan.sending")} />}
        {sending && <span className={styles.hint}>{share === null ? t("scan.looking") : t("scan.sending")}</span>}
        {!sending && one.state === "waiting" && <Badge>{t("scan.waits")}</Badge>}
        {one.state === "refused" && (
          <Note mood="bad">
            <p>{one.problem}</p>
            <Button tone="plain" onPress={() => void queue().then(({ again }) => again(one.key))}>
              {t("action.again")}
            </Button>
          </Note>
        )}
      </div>
      <Button tone="plain" onPress={() => void queue().then(({ remove }) => remove(one.key))}>
        {sending ? t("action.cancel") : t("action.remove")}
      </Button>
    </Pictured>
  );
}

/** The answers of several plants, as they come. */
export function Answers({ answered }: { answered: readonly Kept[] }) {
  const { t } = useTranslation();
  const { share } = useFormats();
  const title = useTitles(answered.map(({ answer }) => answer.model));
  if (answered.length === 0) return null;
  return (
    <Card label={t("scan.answers")}>
      <h2>{t("scan.answers")}</h2>
      <ul className={styles.rows}>
        {answered.map(({ id, answer, photos }) => (
          <Pictured key={id} photo={photos[0]}>
            <div className={styles.told}>
              <strong>
                {answer.result
                  ? title(answer.model, answer.result.class_name)
                  : (answer.refusal?.message ?? t("scan.no_answer"))}
              </strong>
              {answer.result !== null && answer.result !== undefined && (
                <span>{share(Math.min(SUREST, answer.result.confidence))}</span>
              )}
            </div>
            <Link to="/answers/$id" params={{ id }} className={buttonClass("quiet")}>
              {t("scan.open_answer")}
              <Icon name="right" />
            </Link>
          </Pictured>
        ))}
      </ul>
    </Card>
  );
}

function Pictured({ photo, children }: { photo: Waiting["photos"][number] | undefined; children: ReactNode }) {
  const url = usePhotoUrl(photo);
  return (
    <li className={styles.row}>
      <img src={url} alt="" />
      {children}
    </li>
  );
}
