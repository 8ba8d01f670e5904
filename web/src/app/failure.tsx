import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { startAfresh } from "@/lib/memory";
import { ProblemError } from "@/lib/problem";
import { FailureState } from "@/ui/failure";
import { EmptyState, Page, Skeleton } from "@/ui/layout";

/** A page whose code the network did not bring. */
class Away extends Error {}

/** Without a network a reload, the router's own way, would lose this page and the photos in hand; with one, a new version may be there. */
export function away(error: unknown): never {
  throw navigator.onLine ? error : new Away("the network did not bring this page");
}

/** A page that broke: a new version may be there, the network may be away, what is remembered may be at fault. */
export function Failure({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const known = error instanceof ProblemError;
  async function fetchAgain() {
    const wanted = router.state.matches.map(({ routeId }) => router.routesById[routeId].options.component);
    await Promise.all(wanted.map((page) => (page as { preload?: () => Promise<void> } | undefined)?.preload?.()));
    reset();
  }
  if (error instanceof Away) {
    return (
      <Page title={t("failure.title")}>
        <FailureState
          title={t("failure.refused")}
          detail={t("state.unreachable")}
          again={t("action.again")}
          onAgain={() => void fetchAgain()}
        />
      </Page>
    );
  }
  return (
    <Page title={t("failure.title")}>
      <FailureState
        title={t(known ? "failure.refused" : "failure.unforeseen")}
        detail={known ? error.message : t("failure.reload")}
        again={t("action.again")}
        onAgain={() => (known ? reset() : void startAfresh().then(() => window.location.reload()))}
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

/** In place of a page of the manual that the network does not bring and that was not kept. */
export function NoManual() {
  const { t } = useTranslation();
  return (
    <Page title={t("nav.help")}>
      <FailureState
        title={t("failure.no_manual")}
        detail={t("failure.no_manual_why")}
        again={t("action.again")}
        onAgain={() => window.location.reload()}
      />
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
