import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import type { Instance } from "@/lib/api";
import { Button } from "@/ui/button";
import { classNames } from "@/ui/class-names";
import { Icon } from "@/ui/icon";
import { Actions, Badge, Card, Skeleton } from "@/ui/layout";
import styles from "./answer-page.module.css";
import { LabelSearch } from "./label-search";
import type { Saying } from "./use-feedback";
import { findsThings, type Pack } from "./use-pack";
import { saidOf, type Verdict, withVerdict } from "./verdicts";
import { markColour, plainName } from "./words";

const OutlineEditor = lazy(() => import("./outline-editor").then((module) => ({ default: module.OutlineEditor })));

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
  const said = saidOf(saying.feedback, one.instance_id);
  const tell = (verdict: Verdict) => {
    setAsking(null);
    saying.say({ instances: withVerdict(saying.feedback?.instances ?? [], verdict) });
  };
  const of = { instance_id: one.instance_id };
  return (
    <Card label={t("answer.thing")}>
      <div className={classNames(styles.headline, styles.closable)}>
        <h2>
          <span className={styles.dot} style={{ background: markColour(one.class_id) }} />
          {pack.title(one.class_name)}
        </h2>
        <Button icon tone="plain" aria-label={t("action.close")} onPress={onClose}>
          <Icon name="cross" />
        </Button>
      </div>
      <Measures one={one} share={share} />
      {said !== null && (
        <div>
          <Badge mood="good">{t(`feedback.thing_${said}`)}</Badge>
        </div>
      )}
      <Actions>
        <Button tone="quiet" isDisabled={saying.busy} onPress={() => tell({ verdict: "right", ...of })}>
          <Icon name="check" />
          {t("feedback.right")}
        </Button>
        {findsThings(pack) && (
          <Button tone="quiet" isDisabled={saying.busy} onPress={() => setAsking("class")}>
            <Icon name="edit" />
            {t("feedback.other_class")}
          </Button>
        )}
        <Button tone="quiet" isDisabled={saying.busy} onPress={() => tell({ verdict: "false", ...of })}>
          <Icon name="cross" />
          {t("feedback.not_there")}
        </Button>
        <Button tone="quiet" isDisabled={saying.busy || url === undefined} onPress={() => setAsking("outline")}>
          <Icon name="fit" />
          {t("feedback.mend")}
        </Button>
      </Actions>
      <LabelSearch
        pack={pack}
        without={one.class_name}
        title={t("feedback.which")}
        isOpen={asking === "class"}
        onClose={() => setAsking(null)}
        onPick={(name) => tell({ verdict: "wrong_class", class_name: name, ...of })}
      />
      {asking === "outline" && url !== undefined && (
        <Suspense fallback={<Skeleton label={t("state.loading")} />}>
          <OutlineEditor
            url={url}
            place={{ bbox: one.bbox as Corners, polygon: (one.polygon as [number, number][] | null) ?? null }}
            tool={one.polygon === null ? "rectangle" : "polygon"}
            onClose={() => setAsking(null)}
            onDone={(place) => tell({ verdict: "edited", ...of, ...place })}
          />
        </Suspense>
      )}
    </Card>
  );
}

/** Of packs that ship; another pack's kind is called as it calls it. */
type DefectKind = "bruise" | "rot" | "scar" | "sugar_spots";

type Corners = [number, number, number, number];

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

interface MissedProps {
  url: string;
  fileIndex: number;
  pack: Pack;
  saying: Saying;
}

/** Something that the model did not see: its outline, then its name. */
export function Missed({ url, fileIndex, pack, saying }: MissedProps) {
  const { t } = useTranslation();
  const [drawing, setDrawing] = useState(false);
  const [place, setPlace] = useState<Pick<Verdict, "bbox" | "polygon"> | null>(null);
  return (
    <div>
      <Button tone="quiet" isDisabled={saying.busy} onPress={() => setDrawing(true)}>
        <Icon name="plus" />
        {t("feedback.missed")}
      </Button>
      {drawing && (
        <Suspense fallback={<Skeleton label={t("state.loading")} />}>
          <OutlineEditor
            url={url}
            place={null}
            tool={pack.detail?.task === "segment" ? "polygon" : "rectangle"}
            onClose={() => setDrawing(false)}
            onDone={(drawn) => {
              setDrawing(false);
              setPlace(drawn);
            }}
          />
        </Suspense>
      )}
      <LabelSearch
        pack={pack}
        without={null}
        title={t("feedback.which")}
        isOpen={place !== null}
        onClose={() => setPlace(null)}
        onPick={(name) => {
          const verdict = { verdict: "missed", class_name: name, file_index: fileIndex, ...place } as const;
          setPlace(null);
          saying.say({ instances: withVerdict(saying.feedback?.instances ?? [], verdict) });
        }}
      />
    </div>
  );
}
