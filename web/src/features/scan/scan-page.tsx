import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { usePreferences } from "@/lib/preferences";
import { useSession } from "@/lib/use-session";
import { LONG_SIDE } from "@/offline/shrink";
import { useAnswered, useWaiting } from "@/offline/use-queue";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Card, Note, Page } from "@/ui/layout";
import { Basket } from "./basket";
import { Camera } from "./camera";
import { FileButton } from "./file-button";
import { Answers, Outbox } from "./outbox";
import { questions } from "./questions";
import styles from "./scan-page.module.css";
import { longSideFor, usePacks } from "./use-choices";
import { type Consent, useConsent } from "./use-consent";
import { useDrop } from "./use-drop";
import { OF_ONE_PLANT, PLANTS_AT_ONCE, useShots } from "./use-shots";

// A photo can be taken before these are there.
const ConsentDialog = lazy(async () => ({ default: (await import("./consent")).ConsentDialog }));
const PackSelect = lazy(async () => ({ default: (await import("./options")).PackSelect }));
const Thresholds = lazy(async () => ({ default: (await import("./options")).Thresholds }));

/** Photograph, say what may be kept, ask. */
export function ScanPage() {
  const { t, i18n } = useTranslation();
  const { person, guest } = useSession();
  const { pack: wanted, minConfidence } = usePreferences();
  const packs = usePacks();
  const pack = packs.data?.find(({ name }) => name === wanted);
  const longSide = longSideFor(pack, LONG_SIDE);
  const hand = useShots(longSide);
  const consent = useConsent();
  const [together, setTogether] = useState(true);
  const [asking, setAsking] = useState<"no" | "change" | "send">("no");
  const [keys, setKeys] = useState<string[]>([]);
  const over = useDrop((files) => void hand.addFiles(files));
  const results = useResults(keys);
  const busy = results.pending > 0;
  const ask = useRef<HTMLDivElement | null>(null);
  const inHand = hand.shots.length;
  useEffect(() => {
    if (inHand > 0) ask.current?.scrollIntoView({ block: "nearest" });
  }, [inHand]);

  async function send(allowed: Consent) {
    const wishes = {
      together: together && hand.shots.length <= OF_ONE_PLANT,
      pack: packs.data === undefined ? wanted : (pack?.name ?? null),
      minConfidence,
      consent: allowed,
      language: i18n.language,
      owner: person !== null && !guest ? person.id : null,
    };
    const asked = questions(
      hand.shots.map((shot) => shot.photo),
      wishes,
    );
    const { add, drain } = await import("@/offline/queue");
    const added: string[] = [];
    for (const question of asked) added.push(await add(question));
    hand.clear();
    setKeys(added);
    void drain();
  }

  return (
    <Page title={t("scan.title")} lead={t("scan.lead")}>
      <div className={styles.scan} data-over={over || undefined}>
        <div className={styles.eye}>
          <Camera longSide={longSide} full={hand.shots.length >= PLANTS_AT_ONCE} onPhoto={hand.add} />
          <FileButton onFiles={(files) => void hand.addFiles(files)} />
        </div>
        <div className={styles.side}>
          {hand.unread.length > 0 && (
            <Note mood="bad" announce>
              {t("scan.unread", { names: hand.unread.join(", ") })}
            </Note>
          )}
          {hand.tooMany && <Note mood="warn">{t("scan.too_many", { count: PLANTS_AT_ONCE })}</Note>}
          {hand.shots.length > 0 && (
            <Card label={t("scan.photos")}>
              <Basket shots={hand.shots} onRemove={hand.remove} together={together} onTogether={setTogether} />
              <div ref={ask} className={styles.ask}>
                <Button wide onPress={() => (consent.chosen === null ? setAsking("send") : void send(consent.chosen))}>
                  <Icon name="search" />
                  {t("scan.ask")}
                </Button>
              </div>
            </Card>
          )}
          <Outbox waiting={results.waiting} />
          <Answers answered={results.answered} />
          <Card label={t("scan.how")}>
            <Suspense>
              <PackSelect packs={packs.data ?? []} pack={pack} />
            </Suspense>
            <Kept chosen={consent.chosen} onChange={() => setAsking("change")} />
            <Suspense>
              <Thresholds pack={pack} />
            </Suspense>
          </Card>
        </div>
      </div>
      <p className="visually-hidden" role="status">
        {busy ? t("scan.looking") : ""}
      </p>
      {asking !== "no" && (
        <Suspense>
          <ConsentDialog
            consent={consent}
            isOpen
            onClose={() => setAsking("no")}
            onChosen={(allowed) => {
              setAsking("no");
              if (asking === "send") void send(allowed);
            }}
          />
        </Suspense>
      )}
    </Page>
  );
}

/** What became of these requests and of all that waited while this page was open; a single one just asked opens by itself. */
function useResults(keys: readonly string[]) {
  const navigate = useNavigate();
  const seen = useRef(new Set<string>());
  const waiting = useWaiting() ?? [];
  for (const key of [...keys, ...waiting.map((one) => one.key)]) seen.current.add(key);
  const answered = useAnswered([...seen.current]) ?? [];
  const only = keys.length === 1 ? answered.find((one) => one.key === keys[0])?.id : undefined;
  useEffect(() => {
    if (only !== undefined) void navigate({ to: "/answers/$id", params: { id: only } });
  }, [only, navigate]);
  return { waiting, answered, pending: waiting.filter((one) => keys.includes(one.key)).length };
}

/** What may be kept, in a word, and the way to change it. */
function Kept({ chosen, onChange }: { chosen: Consent | null; onChange: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={styles.kept}>
      <span>
        <strong>{t("scan.consent_title")}</strong>
        <br />
        {chosen === null ? t("scan.consent_unasked") : t(`scan.consent_${chosen}`)}
      </span>
      <Button tone="quiet" onPress={onChange}>
        {t("scan.change")}
      </Button>
    </div>
  );
}
