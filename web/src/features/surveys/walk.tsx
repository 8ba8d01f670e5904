import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { nextLabel, type Plant, type Survey, shownPlants } from "@/offline/survey-shape";
import { savePlant } from "@/offline/surveys";
import { Button, buttonClass } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Card, EmptyState } from "@/ui/layout";
import { TextField } from "@/ui/text-field";
import { PlantCard } from "./plant-card";
import styles from "./walk.module.css";

/** Plant by plant. What is done is written down at once. */
export function Walk({ survey }: { survey: Survey }) {
  const { t } = useTranslation();
  const plants = shownPlants(survey);
  const [chosen, setChosen] = useState<string | null>(plants.at(-1)?.label ?? null);
  const plant = plants.find((one) => one.label === chosen);
  return (
    <>
      <Card label={t("surveys.plants")}>
        <div className={styles.plants}>
          {plants.map((one) => (
            <button
              key={one.label}
              type="button"
              className={buttonClass("quiet")}
              aria-pressed={one.label === chosen}
              onClick={() => setChosen(one.label)}
            >
              {t("surveys.plant", { label: one.label })}
              <Mark plant={one} />
            </button>
          ))}
        </div>
        <AddPlant key={nextLabel(survey)} survey={survey} onAdded={setChosen} />
      </Card>
      {plant === undefined ? (
        <EmptyState icon="leaf" title={t("surveys.no_plant")}>
          <p>{t("surveys.no_plant_why")}</p>
        </EmptyState>
      ) : (
        <PlantCard key={plant.label} survey={survey} plant={plant} />
      )}
    </>
  );
}

function Mark({ plant }: { plant: Plant }) {
  const { t } = useTranslation();
  if (plant.problem !== null) return <Icon name="warning" label={t("surveys.refused")} />;
  if (plant.changes > 0) return <Icon name="clock" label={t("surveys.waits")} />;
  return <Icon name="check" label={t("surveys.sent")} />;
}

const SLASH = "/";

/** The next number, or a name of one's own. */
function AddPlant({ survey, onAdded }: { survey: Survey; onAdded: (label: string) => void }) {
  const { t } = useTranslation();
  const [label, setLabel] = useState(nextLabel(survey));
  const name = label.trim();
  const taken = shownPlants(survey).some((plant) => plant.label === name);
  const wrong = taken ? t("surveys.label_taken") : name.includes(SLASH) ? t("surveys.label_slash") : undefined;
  const add = async (event: FormEvent) => {
    event.preventDefault();
    if (wrong !== undefined || name === "") return;
    await savePlant(survey.id, name, {});
    onAdded(name);
  };
  return (
    <form className={styles.add} onSubmit={(event) => void add(event)}>
      <TextField label={t("surveys.next_plant")} maxLength={40} value={label} onChange={setLabel} error={wrong} />
      <Button type="submit" isDisabled={name === "" || wrong !== undefined}>
        <Icon name="plus" />
        {t("surveys.add")}
      </Button>
    </form>
  );
}
