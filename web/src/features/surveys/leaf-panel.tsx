import { useTranslation } from "react-i18next";
import type { Leaf, Plant, Survey } from "@/offline/survey-shape";
import { newLeaf, withLeaf } from "@/offline/survey-shape";
import { clearLeaf, savePlant } from "@/offline/surveys";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Actions } from "@/ui/layout";
import { Select } from "@/ui/select";
import { GradeChoice } from "./grade-choice";
import { LeafPhoto } from "./leaf-photo";
import styles from "./walk.module.css";

interface LeafProps {
  survey: Survey;
  plant: Plant;
  rank: number;
  /** Null at the last leaf. */
  onNext: (() => void) | null;
}

type Spotted = "told" | "yes" | "no";

/** One leaf: a photo of it, what one sees, or both; what one sees stands above the photo. */
export function LeafPanel({ survey, plant, rank, onNext }: LeafProps) {
  const { t } = useTranslation();
  const known = plant.leaves.find((leaf) => leaf.rank === rank);
  const leaf = known ?? newLeaf(rank);
  const change = (to: Partial<Leaf>) => void savePlant(survey.id, plant.label, { leaves: withLeaf(plant, rank, to) });
  const spotted: Spotted = leaf.spotted === null ? "told" : leaf.spotted ? "yes" : "no";
  return (
    <section className={styles.leaf} aria-label={t("surveys.leaf", { rank })}>
      <div className={styles.head}>
        <h3>{rank === 1 ? t("surveys.leaf_first") : t("surveys.leaf", { rank })}</h3>
      </div>
      <LeafPhoto survey={survey} plant={plant} leaf={leaf} />
      <GradeChoice value={leaf.grade} onChange={(grade) => change({ grade, graded_by: "person", reason: null })} />
      <Select
        label={t("surveys.spotted")}
        options={[
          { id: "told", label: t("surveys.spotted_told") },
          { id: "yes", label: t("surveys.spotted_yes") },
          { id: "no", label: t("surveys.spotted_no") },
        ]}
        value={spotted}
        onChange={(id) => change({ spotted: id === "told" ? null : id === "yes" })}
      />
      <Actions>
        {onNext !== null && (
          <Button onPress={onNext}>
            {t("surveys.next_leaf")}
            <Icon name="right" />
          </Button>
        )}
        {known !== undefined && (
          <Button tone="plain" onPress={() => void clearLeaf(survey.id, plant.label, rank)}>
            {t("surveys.clear_leaf")}
          </Button>
        )}
      </Actions>
    </section>
  );
}
