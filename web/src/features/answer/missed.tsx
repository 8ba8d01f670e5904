import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Actions, Badge } from "@/ui/layout";
import { ChosenCard } from "./chosen-card";
import { LabelSearch } from "./label-search";
import { placeIn } from "./outline";
import { Outlining } from "./outlining";
import type { Saying } from "./use-feedback";
import { findsThings, type Pack } from "./use-pack";
import { asSent, missedIn, saying as sayingOf, type Verdict, withMissed, withVerdict } from "./verdicts";

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
        <Outlining
          url={url}
          place={null}
          tool={pack.detail?.task === "segment" ? "polygon" : "rectangle"}
          onClose={() => setDrawing(false)}
          onDone={(drawn) => {
            setDrawing(false);
            setPlace(drawn);
          }}
        />
      )}
      {place !== null && (
        <LabelSearch
          pack={pack}
          without={null}
          title={t("feedback.which")}
          onClose={() => setPlace(null)}
          onPick={(name) => {
            const verdict = { verdict: "missed", class_name: name, file_index: fileIndex, ...place } as const;
            setPlace(null);
            saying.say({ instances: withVerdict(saying.feedback?.instances ?? [], verdict) });
          }}
        />
      )}
    </div>
  );
}

interface AddedProps {
  /** Its place among what was added. */
  at: number;
  url: string | undefined;
  pack: Pack;
  saying: Saying;
  onClose: () => void;
}

/** Something that the person added: to be drawn or named anew, or removed. */
export function Added({ at, url, pack, saying, onClose }: AddedProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState<"class" | "outline" | null>(null);
  const { feedback, busy, say } = saying;
  const one = missedIn(feedback)[at];
  if (one === undefined) return null;
  const place = placeIn(one);
  const tell = (now: Verdict | null) => {
    setAsking(null);
    say(sayingOf(feedback, withMissed(feedback?.instances ?? [], at, now), findsThings(pack)));
  };
  return (
    <ChosenCard classId={one.class_id ?? 0} title={pack.title(one.class_name ?? "")} onClose={onClose}>
      <div>
        <Badge mood="good">{t("feedback.thing_missed")}</Badge>
      </div>
      <Actions>
        <Button tone="quiet" isDisabled={busy || url === undefined} onPress={() => setAsking("outline")}>
          <Icon name="fit" />
          {t("feedback.mend")}
        </Button>
        <Button tone="quiet" isDisabled={busy} onPress={() => setAsking("class")}>
          <Icon name="edit" />
          {t("feedback.other_class")}
        </Button>
        <Button
          tone="plain"
          isDisabled={busy}
          onPress={() => {
            tell(null);
            onClose();
          }}
        >
          <Icon name="trash" />
          {t("action.remove")}
        </Button>
      </Actions>
      {asking === "class" && (
        <LabelSearch
          pack={pack}
          without={one.class_name ?? null}
          title={t("feedback.which")}
          onClose={() => setAsking(null)}
          onPick={(name) => tell({ ...asSent(one), class_name: name })}
        />
      )}
      {asking === "outline" && url !== undefined && place !== null && (
        <Outlining
          url={url}
          place={place}
          tool={place.polygon === null ? "rectangle" : "polygon"}
          onClose={() => setAsking(null)}
          onDone={(drawn) => tell({ ...asSent(one), ...drawn })}
        />
      )}
    </ChosenCard>
  );
}
