import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { useLocalized } from "@/i18n/localized";
import type { Schemas } from "@/lib/api";
import { useLabels } from "@/lib/packs";
import { Icon } from "@/ui/icon";
import { Badge } from "@/ui/layout";
import styles from "./models.module.css";

const VERDICTS = ["right", "wrong_class", "edited", "missed", "unsaid"] as const;

export interface Item extends Omit<Schemas["ItemOut"], "instances"> {
  instances: readonly { verdict: (typeof VERDICTS)[number] }[] | null;
}

/** One photo that waits, and what it is said to show. Whose it is nobody says. */
export function QueueItem({ item }: { item: Item }) {
  const { t } = useTranslation();
  const { moment, share } = useFormats();
  const localized = useLocalized();
  const labels = useLabels(item.model).data?.items ?? [];
  const name = localized(labels.find((one) => one.class_name === item.class_name)?.title) || item.class_name;
  const things = VERDICTS.map((verdict) => ({
    verdict,
    count: (item.instances ?? []).filter((one) => one.verdict === verdict).length,
  }))
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => t(`models.things_${verdict}`, { count }));
  const facts = [
    t("models.added", { moment: moment(item.added_at) }),
    `${item.width} × ${item.height}`,
    t("models.queue_quality", { share: share(item.quality_score) }),
  ];
  return (
    <li className={styles.item}>
      <Picture key={item.image_url} url={item.image_url} />
      <div className={styles.told}>
        <strong>{item.source === "feedback" ? t("models.queue_corrected", { name }) : name}</strong>
        <span className={styles.badges}>
          <Badge>{t(`models.split_${item.split}`)}</Badge>
          <Badge>{t(`models.source_${item.source}`)}</Badge>
        </span>
        {things.length > 0 && <span className={styles.soft}>{things.join(" · ")}</span>}
        <span className={styles.soft}>{facts.join(" · ")}</span>
      </div>
    </li>
  );
}

function Picture({ url }: { url: string }) {
  const [gone, setGone] = useState(false);
  return (
    <span className={styles.picture}>
      {gone ? (
        <Icon name="image" />
      ) : (
        <img src={url} alt="" loading="lazy" decoding="async" onError={() => setGone(true)} />
      )}
    </span>
  );
}
