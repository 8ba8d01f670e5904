import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "@/lib/use-session";
import { Note, Page } from "@/ui/layout";
import { ForSomebody } from "@/ui/somebody";
import { Tabs } from "@/ui/tabs";
import { Alerts, AlertsTitle } from "./alerts";
import { Answers } from "./answers";
import { Drift } from "./drift";
import { Feedback } from "./feedback";
import styles from "./monitoring-page.module.css";
import { Refresh } from "./refresh";
import type { Scope } from "./scope";
import { ScopeBar } from "./scope-bar";
import { Service } from "./service";

const FIRST: Scope = { range: "week", model: null, version: null, mine: false };

/** How fast and how right the answers are; for experts also the machines, drift and alerts. */
export function MonitoringPage() {
  const { t } = useTranslation();
  const [scope, setScope] = useState(FIRST);
  const [live, setLive] = useState(true);
  return (
    <Page title={t("monitoring.title")} lead={t("monitoring.lead")}>
      <ForSomebody>
        <div className={styles.bar}>
          <ScopeBar scope={scope} onChange={setScope} />
          <Refresh live={live} onLive={setLive} />
        </div>
        <Parts scope={scope} live={live} />
      </ForSomebody>
    </Page>
  );
}

function Parts({ scope, live }: { scope: Scope; live: boolean }) {
  const { t } = useTranslation();
  const { person, expert } = useSession();
  const answers = () => (
    <>
      <Answers scope={scope} live={live} />
      <Feedback scope={scope} live={live} />
    </>
  );
  if (!expert) {
    return (
      <>
        {answers()}
        {person !== null && <Note>{t("monitoring.for_experts")}</Note>}
      </>
    );
  }
  return (
    <Tabs
      label={t("monitoring.title")}
      tabs={[
        { id: "answers", title: t("monitoring.answers"), view: answers },
        { id: "service", title: t("monitoring.service"), view: () => <Service scope={scope} live={live} /> },
        { id: "drift", title: t("monitoring.drift"), view: () => <Drift scope={scope} live={live} /> },
        { id: "alerts", title: <AlertsTitle live={live} />, view: () => <Alerts live={live} /> },
      ]}
    />
  );
}
