import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Plant, Survey } from "@/offline/survey-shape";
import { savePlant } from "@/offline/surveys";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/dialog";
import { Icon } from "@/ui/icon";
import { Card, Note } from "@/ui/layout";
import { LeafPanel } from "./leaf-panel";
import styles from "./walk.module.css";

const RANKS_AT_MOST = 40;
const FIRST_RANKS = 6;

interface PlantProps {
  survey: Survey;
  plant: Plant;
}

/** One plant: how many open leaves it has, and each leaf by its rank from the top. */
export function PlantCard({ survey, plant }: PlantProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const last = Math.max(0, ...plant.leaves.map((leaf) => leaf.rank));
  const shown = Math.min(RANKS_AT_MOST, plant.leaves_total ?? Math.max(FIRST_RANKS, last + 1));
  const ranks = Array.from({ length: shown }, (_, at) => at + 1);
  const ungraded = ranks.find((rank) => !plant.leaves.some((leaf) => leaf.rank === rank)) ?? 1;
  const [chosen, setChosen] = useState(ungraded);
  const rank = Math.min(chosen, shown);
  return (
    <Card label={t("surveys.plant", { label: plant.label })}>
      <div className={styles.head}>
        <h2>{t("surveys.plant", { label: plant.label })}</h2>
        <Button tone="plain" icon aria-label={t("surveys.remove_plant")} onPress={() => setAsking(true)}>
          <Icon name="trash" />
        </Button>
      </div>
      {plant.problem !== null && (
        <Note mood="bad" announce>
          {plant.problem}
        </Note>
      )}
      <OpenLeaves survey={survey} plant={plant} least={Math.max(1, last)} shown={shown} />
      <fieldset className={styles.ranks} aria-label={t("surveys.leaves")}>
        {ranks.map((one) => (
          <RankButton key={one} plant={plant} rank={one} pressed={one === rank} onPress={() => setChosen(one)} />
        ))}
      </fieldset>
      <LeafPanel
        key={rank}
        survey={survey}
        plant={plant}
        rank={rank}
        onNext={rank < shown ? () => setChosen(rank + 1) : null}
      />
      <Confirm
        title={t("surveys.remove_plant_title", { label: plant.label })}
        text={t("surveys.remove_plant_text")}
        yes={t("action.delete")}
        no={t("action.cancel")}
        isOpen={asking}
        onYes={() => void savePlant(survey.id, plant.label, { gone: true })}
        onClose={() => setAsking(false)}
      />
    </Card>
  );
}

function RankButton(props: { plant: Plant; rank: number; pressed: boolean; onPress: () => void }) {
  const { t } = useTranslation();
  const { plant, rank, pressed, onPress } = props;
  const leaf = plant.leaves.find((one) => one.rank === rank);
  const grade = leaf?.photo ? t("surveys.photo_waits_short") : (leaf?.grade?.toString() ?? "–");
  const name = t("surveys.leaf_is", { rank, grade: leaf?.grade ?? t("surveys.not_graded") });
  return (
    <button type="button" className={styles.rank} aria-pressed={pressed} onClick={onPress}>
      <span className="visually-hidden">{name}</span>
      <small aria-hidden>{rank}</small>
      <strong aria-hidden>{grade}</strong>
    </button>
  );
}

/** Open leaves that the plant has, seen or not. */
function OpenLeaves({ survey, plant, least, shown }: PlantProps & { least: number; shown: number }) {
  const { t } = useTranslation();
  const total = plant.leaves_total;
  const set = (leaves_total: number) => void savePlant(survey.id, plant.label, { leaves_total });
  return (
    <fieldset className={styles.stepper} aria-label={t("surveys.open_leaves")}>
      <span>{t("surveys.open_leaves")}</span>
      <Button
        tone="quiet"
        icon
        aria-label={t("surveys.fewer")}
        isDisabled={(total ?? shown) <= least}
        onPress={() => set((total ?? shown) - 1)}
      >
        {"−"}
      </Button>
      <output>{total ?? "?"}</output>
      <Button
        tone="quiet"
        icon
        aria-label={t("surveys.more_leaves")}
        isDisabled={shown >= RANKS_AT_MOST}
        onPress={() => set(total === null ? shown : total + 1)}
      >
        {"+"}
      </Button>
    </fieldset>
  );
}
