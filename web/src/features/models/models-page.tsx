import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { useLocalized } from "@/i18n/localized";
import type { Schemas } from "@/lib/api";
import { useModels } from "@/lib/packs";
import { Badge, EmptyState, Grid, Page } from "@/ui/layout";
import { Loaded } from "@/ui/loaded";
import { ForSomebody } from "@/ui/somebody";
import { headline } from "./metrics";
import styles from "./models.module.css";
import { taskOf } from "./tasks";

/** What looks at photos here: one card each. */
export function ModelsPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("models.title")} lead={t("models.lead")}>
      <ForSomebody>
        <All />
      </ForSomebody>
    </Page>
  );
}

function All() {
  const { t } = useTranslation();
  const models = useModels();
  return (
    <Loaded query={models}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState icon="cube" title={t("models.none")}>
            <p>{t("models.none_text")}</p>
          </EmptyState>
        ) : (
          <Grid>
            {items.map((model) => (
              <OneModel key={model.name} model={model} />
            ))}
          </Grid>
        )
      }
    </Loaded>
  );
}

function OneModel({ model }: { model: Schemas["ModelOut"] }) {
  const { t } = useTranslation();
  const { bytes, share, number } = useFormats();
  const localized = useLocalized();
  const best = headline(model.metrics);
  return (
    <Link to="/models/$pack" params={{ pack: model.name }} className={styles.card ?? ""}>
      <h2>{localized(model.title)}</h2>
      <p>{localized(model.description)}</p>
      <p className={styles.badges}>
        <Badge mood="good">{t("models.version", { version: model.version })}</Badge>
        <Badge>{t(`models.task_${taskOf(model.task)}`)}</Badge>
        <Badge>{t("models.classes", { n: number(model.classes, 0) })}</Badge>
        <Badge>{bytes(model.size_bytes)}</Badge>
      </p>
      {best !== null && (
        <p className={styles.best}>
          {t(`models.metric_${best.name}`)} <strong>{share(best.value)}</strong>
        </p>
      )}
    </Link>
  );
}
