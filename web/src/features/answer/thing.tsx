import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import type { Instance } from "@/lib/api";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Actions, Badge } from "@/ui/layout";
import styles from "./answer-page.module.css";
import { ChosenCard } from "./chosen-card";
import { LabelSearch } from "./label-search";
import { placeIn } from "./outline";
import { Outlining } from "./outlining";
import type { Saying } from "./use-feedback";
import { findsThings, type Pack } from "./use-pack";
import { VerdictButton } from "./verdict-button";
import { saidOf, saying as sayingOf, type Verdict, withoutVerdict, withVerdict } from "./verdicts";
import { plainName } from "./words";

interface ThingProps {
  one: Instance;
  url: string | undefined;
  pack: Pack;
  saying: Saying;
  onClose: () => void;
}

/** One thing in the photo: what was measured of it, and what the person says. */
export function Thing({ one, url, pack, saying, onClose }: ThingProps) {
  const { t } = useTranslation();
  const { share } = useFormats();
  const [asking, setAsking] = useState<"class" | "outline" | null>(null);
  const { feedback, busy, say } = saying;
  const whole = findsThings(pack);
  const before = feedback?.instances ?? [];
  const of = { instance_id: one.instance_id };
  const said = saidOf(feedback, one.instance_id);
  const tell = (verdict: Verdict) => {
    setAsking(null);
    say(sayingOf(feedback, withVerdict(before, verdict), whole));
  };
  const named = said?.class_name ?? null;
  const place = (said && placeIn(said)) ?? { bbox: one.bbox, polygon: one.polygon ?? null };
  return (
    <ChosenCard classId={one.class_id} title={pack.title(one.class_name)} onClose={onClose}>
      <Measures one={one} share={share} />
      {said !== null && (
        <Actions>
          {said.verdict !== "wrong_class" && <Badge mood="good">{t(`feedback.thing_${said.verdict}`)}</Badge>}
          {named !== null && <Badge mood="good">{t("feedback.thing_class", { name: pack.title(named) })}</Badge>}
        </Actions>
      )}
      {feedback === null && !whole ? (
        <p className={styles.hint}>{t("feedback.whole_first")}</p>
      ) : (
        <Actions>
          <VerdictButton
            icon="check"
            chosen={said?.verdict === "right"}
            busy={busy}
            onPress={() => tell({ verdict: "right", ...of })}
          >
            {t("feedback.right")}
          </VerdictButton>
          {whole && (
            <VerdictButton icon="edit" chosen={named !== null} busy={busy} onPress={() => setAsking("class")}>
              {t("feedback.other_class")}
            </VerdictButton>
          )}
          <VerdictButton
            icon="cross"
            chosen={said?.verdict === "false"}
            busy={busy}
            onPress={() => tell({ verdict: "false", ...of })}
          >
            {t("feedback.not_there")}
          </VerdictButton>
          <VerdictButton
            icon="fit"
            chosen={said?.verdict === "edited"}
            busy={busy || url === undefined}
            onPress={() => setAsking("outline")}
          >
            {t("feedback.mend")}
          </VerdictButton>
          {said !== null && (
            <Button
              tone="plain"
              isDisabled={busy}
              onPress={() => say(sayingOf(feedback, withoutVerdict(before, one.instance_id), whole))}
            >
              <Icon name="undo" />
              {t("feedback.take_back")}
            </Button>
          )}
        </Actions>
      )}
      {asking === "class" && (
        <LabelSearch
          pack={pack}
          without={one.class_name}
          title={t("feedback.which")}
          onClose={() => setAsking(null)}
          onPick={(name) => tell({ verdict: "wrong_class", class_name: name, ...of })}
        />
      )}
      {asking === "outline" && url !== undefined && (
        <Outlining
          url={url}
          place={place}
          tool={place.polygon === null ? "rectangle" : "polygon"}
          onClose={() => setAsking(null)}
          onDone={(drawn) => tell({ verdict: "edited", ...of, ...drawn })}
        />
      )}
    </ChosenCard>
  );
}

/** Of packs that ship; another pack's kind is called as it calls it. */
type DefectKind = "bruise" | "rot" | "scar" | "sugar_spots";

function Measures({ one, share }: { one: Instance; share: (value: number) => string }) {
  const { t } = useTranslation();
  return (
    <dl className={styles.counts}>
      <div>
        <dt>{t("answer.how_sure")}</dt>
        <dd>{share(one.confidence)}</dd>
      </div>
      {typeof one.colour_stage === "number" && (
        <div>
          <dt>{t("answer.colour_stage")}</dt>
          <dd>{one.colour_stage}</dd>
        </div>
      )}
      {typeof one.brown_share === "number" && (
        <div>
          <dt>{t("answer.brown")}</dt>
          <dd>{share(one.brown_share)}</dd>
        </div>
      )}
      {(one.defects ?? []).map((defect) => (
        <div key={defect.kind}>
          <dt>{t(`answer.defect_${defect.kind as DefectKind}`, plainName(defect.kind))}</dt>
          <dd>{share(defect.area_share)}</dd>
        </div>
      ))}
    </dl>
  );
}
