import { useTranslation } from "react-i18next";
import { usePhotoUrl } from "@/offline/use-photo-url";
import { Button } from "@/ui/button";
import { Choices } from "@/ui/choices";
import { Icon } from "@/ui/icon";
import { OF_ONE_PLANT, type Shot } from "./hand";
import styles from "./scan-page.module.css";

interface BasketProps {
  shots: readonly Shot[];
  onRemove: (id: string) => void;
  together: boolean;
  onTogether: (together: boolean) => void;
}

/** The photos in hand, and whether they show one plant. */
export function Basket({ shots, onRemove, together, onTogether }: BasketProps) {
  const { t } = useTranslation();
  const ways = [
    { id: "one", label: t("scan.one_plant"), hint: t("scan.one_plant_hint") },
    { id: "several", label: t("scan.several_plants"), hint: t("scan.several_plants_hint") },
  ];
  return (
    <>
      <ul className={styles.shots} aria-label={t("scan.photos")}>
        {shots.map((shot, index) => (
          <Thumb key={shot.id} shot={shot} number={index + 1} onRemove={() => onRemove(shot.id)} />
        ))}
      </ul>
      {shots.length > 1 && shots.length <= OF_ONE_PLANT && (
        <Choices
          label={t("scan.show")}
          choices={ways}
          value={together ? "one" : "several"}
          onChange={(id) => onTogether(id === "one")}
        />
      )}
      {shots.length > OF_ONE_PLANT && <p>{t("scan.more_than_five")}</p>}
    </>
  );
}

function Thumb({ shot, number, onRemove }: { shot: Shot; number: number; onRemove: () => void }) {
  const { t } = useTranslation();
  const url = usePhotoUrl(shot.photo);
  return (
    <li className={styles.shot}>
      <img src={url} alt={t("scan.photo", { number })} />
      <Button icon tone="quiet" aria-label={t("scan.remove_photo", { number })} onPress={onRemove}>
        <Icon name="cross" />
      </Button>
    </li>
  );
}
