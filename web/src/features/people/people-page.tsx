import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useOnline } from "@/lib/online";
import { useSession } from "@/lib/use-session";
import { EmptyState, Page, Skeleton } from "@/ui/layout";
import { Filters } from "./filters";
import { PeopleList } from "./people-list";
import { ANYBODY } from "./use-people";

/** Who has an account here, and what they may do. For administrators. */
export function PeoplePage() {
  const { t } = useTranslation();
  const { state, person, admin } = useSession();
  const online = useOnline();
  const [wanted, setWanted] = useState(ANYBODY);
  const unknown = state === "unknown" || (state === "in" && person === null);
  return (
    <Page title={t("people.title")} lead={t("people.lead")}>
      {unknown && online && <Skeleton label={t("state.loading")} />}
      {unknown && !online && <EmptyState icon="offline" title={t("state.unreachable")} />}
      {!unknown && !admin && (
        <EmptyState icon="people" title={t("people.not_you")}>
          <p>{t("people.not_you_text")}</p>
        </EmptyState>
      )}
      {admin && person !== null && (
        <>
          <Filters wanted={wanted} onChange={setWanted} />
          <PeopleList wanted={wanted} myself={person.id} />
        </>
      )}
    </Page>
  );
}
