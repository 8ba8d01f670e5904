import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ProblemError } from "@/lib/problem";
import { FailureState } from "@/ui/failure";
import { EmptyState, Page, Skeleton } from "@/ui/layout";

/** A page that broke: a new version may be there, the network may be away. */
export function Failure({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const known = error instanceof ProblemError;
  return (
    <Page title={t("failure.title")}>
      <FailureState
        title={t(known ? "failure.refused" : "failure.unforeseen")}
        detail={known ? error.message : t("failure.reload")}
        again={t("action.again")}
        onAgain={() => (known ? reset() : window.location.reload())}
      />
    </Page>
  );
}

export function Lost() {
  const { t } = useTranslation();
  return (
    <Page title={t("failure.lost")}>
      <EmptyState icon="map" title={t("failure.no_page")}>
        <Link to="/">{t("nav.home")}</Link>
      </EmptyState>
    </Page>
  );
}

export function Waiting() {
  const { t } = useTranslation();
  return (
    <Page title={t("state.loading")}>
      <Skeleton label={t("state.loading")} />
    </Page>
  );
}
