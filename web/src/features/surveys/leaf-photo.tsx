import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { FileTrigger } from "react-aria-components/FileTrigger";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { useThumbnail } from "@/lib/thumbnails";
import { shrink } from "@/offline/shrink";
import type { Leaf, Plant, Survey } from "@/offline/survey-shape";
import { addPhoto } from "@/offline/surveys";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Note } from "@/ui/layout";
import { LEAF_PACK, useLeafConsent, useLeafPack } from "./use-leaf-pack";
import styles from "./walk.module.css";

interface PhotoProps {
  survey: Survey;
  plant: Plant;
  leaf: Leaf;
}

/** A photo that the server grades; without the pack for it, leaves are graded by hand. */
export function LeafPhoto({ survey, plant, leaf }: PhotoProps) {
  const { t } = useTranslation();
  const consent = useLeafConsent();
  const able = useLeafPack();
  const take = useMutation({
    mutationFn: async (file: File) => {
      const photo = await shrink(file);
      await addPhoto({ survey: survey.id, plant: plant.label, rank: leaf.rank, pack: LEAF_PACK, consent, ...photo });
    },
    networkMode: "always",
  });
  if (!able && leaf.prediction_id === null) return <p>{t("surveys.by_hand")}</p>;
  const taken = leaf.photo !== null || leaf.prediction_id !== null;
  return (
    <>
      <div className={styles.photo}>
        <Seen leaf={leaf} />
        {able && (
          <FileTrigger
            acceptedFileTypes={["image/*"]}
            defaultCamera="environment"
            onSelect={(files) => files?.[0] !== undefined && take.mutate(files[0])}
          >
            <Button tone="quiet" isDisabled={take.isPending}>
              <Icon name="camera" />
              {taken ? t("surveys.photo_again") : t("surveys.photo")}
            </Button>
          </FileTrigger>
        )}
      </div>
      {able && !taken && <p className={styles.small}>{t("surveys.photo_kept")}</p>}
      {take.isError && (
        <Note mood="bad" announce>
          {t("surveys.photo_unread")}
        </Note>
      )}
      <Told leaf={leaf} />
    </>
  );
}

function Seen({ leaf }: { leaf: Leaf }) {
  const { t } = useTranslation();
  const id = leaf.prediction_id;
  const { url } = useThumbnail(id);
  if (id === null) return null;
  return (
    <Link to="/answers/$id" params={{ id }} aria-label={t("surveys.photo_answer")}>
      {url === null ? t("surveys.photo_answer") : <img src={url} alt="" />}
    </Link>
  );
}

function Told({ leaf }: { leaf: Leaf }) {
  const { t } = useTranslation();
  const { share } = useFormats();
  if (leaf.photo !== null) return <Note announce>{t("surveys.photo_waits")}</Note>;
  if (leaf.reason !== null) return <Note mood="warn">{t("surveys.photo_no_grade")}</Note>;
  if (leaf.graded_by !== "photo") return null;
  const area = leaf.area_share === null ? "" : t("surveys.photo_area", { share: share(leaf.area_share) });
  return <Note mood="good">{[t("surveys.photo_grade", { grade: leaf.grade }), area].filter(Boolean).join(" ")}</Note>;
}
