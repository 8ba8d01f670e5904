import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLate } from "@/lib/late";
import { usePreferences } from "@/lib/preferences";
import { LONG_SIDE } from "@/offline/shrink";
import { useAnswered, useWaiting } from "@/offline/use-queue";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Card, Note, Page } from "@/ui/layout";
import { Basket } from "./basket";
import { Camera } from "./camera";
import { FileButton } from "./file-button";
import {
  gone,
  inHand,
  isEmpty,
  OF_ONE_PLANT,
  PLANTS_AT_ONCE,
  remove,
  showTogether,
  take,
  takeFiles,
  useHand,
} from "./hand";
import { Answers, Outbox } from "./outbox";
import { questions } from "./questions";
import styles from "./scan-page.module.css";
import { longSideFor, usePacks } from "./use-choices";
import { type Consent, useConsent } from "./use-consent";
import { useDrop } from "./use-drop";

// A photo can be taken before these are there.
const loadConsent = () => import("./consent");
const loadOptions = () => import("./options");
const loadQueue = () => import("@/offline/queue");

/** Photograph, say what may be kept, ask. */
export function ScanPage() {
  const { t, i18n } = useTranslation();
  const { pack: wanted, minConfidence } = usePreferences();
  const packs = usePacks();
  const pack = packs.data?.find(({ name }) => name === wanted);
  const longSide = longSideFor(pack, LONG_SIDE);
  const hand = useHand();
  const consent = useConsent();
  const dialog = useLate(loadConsent);
  const options = useLate(loadOptions);
  const queue = useLate(loadQueue);
  const [asking, setAsking] = useState<"no" | "change" | "send">("no");
  const [keys, setKeys] = useState<string[]>([]);
  const [fault, setFault] = useState<"unfetched" | "unwritten" | null>(null);
  const sending = useRef(false);
  const addFiles = (files: File[]) => void takeFiles(files, longSide);
  const over = useDrop(addFiles);
  const results = useResults(keys);
  const busy = results.pending > 0;
  const ask = useRef<HTMLDivElement | null>(null);
  const held = hand.shots.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what stands above the button moves it.
  useEffect(() => {
    if (held > 0) ask.current?.scrollIntoView({ block: "nearest" });
  }, [held, fault]);

  /** What is not here yet is fetched; without a network the photos stay in hand. */
  async function open(why: "change" | "send") {
    setFault(null);
    const here = await dialog.fetch().catch(() => null);
    if (here === null) setFault("unfetched");
    else setAsking(why);
  }

  async function send(allowed: Consent) {
    if (sending.current) return;
    sending.current = true;
    setFault(null);
    const here = await queue.fetch().catch(() => null);
    if (here === null) setFault("unfetched");
    else await handOver(here, allowed).catch(() => setFault("unwritten"));
    sending.current = false;
  }

  async function handOver({ add, drain }: Awaited<ReturnType<typeof loadQueue>>, allowed: Consent) {
    const { shots, together } = inHand();
    if (shots.length === 0) return;
    const wishes = {
      together: together && shots.length <= OF_ONE_PLANT,
      pack: packs.data === undefined ? wanted : (pack?.name ?? null),
      minConfidence,
      consent: allowed,
      language: i18n.language,
    };
    const asked = questions(
      shots.map((shot) => shot.photo),
      wishes,
    );
    const added: string[] = [];
    try {
      for (const question of asked) {
        added.push(await add(question));
        gone(question.photos);
      }
    } finally {
      setKeys(added);
      void drain();
    }
  }

  return (
    <Page title={t("scan.title")} lead={t("scan.lead")}>
      <div className={styles.scan} data-over={over || undefined}>
        <div className={styles.eye}>
          <Camera longSide={longSide} full={held >= PLANTS_AT_ONCE} onPhoto={take} />
          <FileButton onFiles={addFiles} />
        </div>
        <div className={styles.side}>
          {hand.unread.length > 0 && (
            <Note mood="bad" announce>
              {t("scan.unread", { names: hand.unread.join(", ") })}
            </Note>
          )}
          {hand.tooMany && <Note mood="warn">{t("scan.too_many", { count: PLANTS_AT_ONCE })}</Note>}
          {fault !== null && (
            <Note mood="warn" announce>
              {t(`scan.${fault}`)}
            </Note>
          )}
          {held > 0 && (
            <Card label={t("scan.photos")}>
              <Basket shots={hand.shots} onRemove={remove} together={hand.together} onTogether={showTogether} />
              <div ref={ask} className={styles.ask}>
                <Button wide onPress={() => void (consent.chosen === null ? open("send") : send(consent.chosen))}>
                  <Icon name="search" />
                  {t("scan.ask")}
                </Button>
              </div>
            </Card>
          )}
          <Outbox waiting={results.waiting} />
          <Answers answered={results.answered} />
          <Card label={t("scan.how")}>
            {options.code && <options.code.PackSelect packs={packs.data ?? []} pack={pack} />}
            <Kept chosen={consent.chosen} onChange={() => void open("change")} />
            {options.code && <options.code.Thresholds pack={pack} />}
          </Card>
        </div>
      </div>
      <p className="visually-hidden" role="status">
        {busy ? t("scan.looking") : ""}
      </p>
      {asking !== "no" && dialog.code && (
        <dialog.code.ConsentDialog
          consent={consent}
          isOpen
          onClose={() => setAsking("no")}
          onChosen={(allowed) => {
            setAsking("no");
            if (asking === "send") void send(allowed);
          }}
        />
      )}
    </Page>
  );
}

/**
 * What became of these requests and of all that waited while this page was open. A single one just asked opens by itself where
 * nothing else is in hand.
 */
function useResults(keys: readonly string[]) {
  const navigate = useNavigate();
  const seen = useRef(new Set<string>());
  const waiting = useWaiting() ?? [];
  for (const key of [...keys, ...waiting.map((one) => one.key)]) seen.current.add(key);
  const answered = useAnswered([...seen.current]) ?? [];
  const only = keys.length === 1 ? answered.find((one) => one.key === keys[0])?.id : undefined;
  useEffect(() => {
    if (only !== undefined && isEmpty()) void navigate({ to: "/answers/$id", params: { id: only } });
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
