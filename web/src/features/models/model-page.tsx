import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useLocalized } from "@/i18n/localized";
import { api, body } from "@/lib/api";
import { useSession } from "@/lib/use-session";
import { buttonClass } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Page } from "@/ui/layout";
import { Loaded } from "@/ui/loaded";
import { ForSomebody } from "@/ui/somebody";
import { Tabs } from "@/ui/tabs";
import { Labels } from "./labels";
import { Overview } from "./overview";
import { TrainingQueue } from "./training-queue";
import { Versions } from "./versions";

/** One model: what it is and how well it does, what it can answer, its versions; for experts what waits to be learned. */
export function ModelPage() {
  const { t } = useTranslation();
  const localized = useLocalized();
  const { state, expert } = useSession();
  const { pack } = useParams({ from: "/models/$pack" });
  const model = useQuery({
    queryKey: ["models", pack],
    queryFn: () => body(api.GET("/api/v1/models/{pack}", { params: { path: { pack } } })),
    enabled: state === "in",
  });
  const title = model.data === undefined ? pack : localized(model.data.title);
  const back = (
    <Link to="/models" className={buttonClass("plain")}>
      <Icon name="left" />
      {t("models.all")}
    </Link>
  );
  return (
    <Page title={title} lead={localized(model.data?.description)} actions={back}>
      <ForSomebody>
        <Loaded query={model}>
          {(known) => (
            <Tabs
              label={title}
              tabs={[
                { id: "overview", title: t("models.overview"), view: () => <Overview model={known} /> },
                { id: "labels", title: t("models.labels"), view: () => <Labels pack={pack} /> },
                { id: "versions", title: t("models.versions"), view: () => <Versions pack={pack} /> },
                ...(expert
                  ? [{ id: "queue", title: t("models.queue"), view: () => <TrainingQueue pack={pack} /> }]
                  : []),
              ]}
            />
          )}
        </Loaded>
      </ForSomebody>
    </Page>
  );
}
