import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "@/lib/api";
import { queries } from "@/lib/queries";
import { useSession } from "@/lib/use-session";
import { useWords } from "@/lib/words";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/dialog";
import { Icon } from "@/ui/icon";
import { Actions, Card, Note, Progress, Skeleton } from "@/ui/layout";
import { Rows } from "@/ui/rows";
import { ImportVersion } from "./import-version";
import { VersionRow } from "./version-row";

type Version = Schemas["VersionOut"];

/** What a press is about to do: a version that shall serve, or the way back. */
type Plan = { what: "activate"; version: string } | { what: "roll_back" };

/** Every version, newest first. Administrators add one, have it serve, or go back. */
export function Versions({ pack }: { pack: string }) {
  const { t } = useTranslation();
  const { admin } = useSession();
  const words = useWords();
  const [plan, setPlan] = useState<Plan | null>(null);
  const versions = useVersionList(pack);
  const swap = useSwap(pack);
  const items = versions.data?.pages.flatMap((page) => page.items) ?? [];
  const served = items.filter((one) => one.activated !== null).length;
  return (
    <>
      {admin && <ImportVersion pack={pack} />}
      <Card label={t("models.versions")}>
        {versions.isPending && <Skeleton label={t("state.loading")} />}
        {versions.isError && <Note mood="bad">{words(versions.error)}</Note>}
        <Rows label={t("models.versions")}>
          {items.map((version) => (
            <VersionRow
              key={version.version}
              version={version}
              onActivate={admin ? () => setPlan({ what: "activate", version: version.version }) : null}
              busy={swap.isPending}
            />
          ))}
        </Rows>
        <Told swap={swap} />
        <Actions>
          {versions.hasNextPage && (
            <Button tone="quiet" onPress={() => void versions.fetchNextPage()}>
              {t("action.more")}
            </Button>
          )}
          {admin && served > 1 && (
            <Button tone="quiet" onPress={() => setPlan({ what: "roll_back" })} isDisabled={swap.isPending}>
              <Icon name="undo" />
              {t("models.roll_back")}
            </Button>
          )}
        </Actions>
      </Card>
      <Confirm
        title={
          plan?.what === "activate" ? t("models.activate_title", { version: plan.version }) : t("models.back_title")
        }
        text={plan?.what === "activate" ? t("models.activate_text") : t("models.back_text")}
        yes={plan?.what === "activate" ? t("models.activate") : t("models.roll_back")}
        no={t("action.cancel")}
        isOpen={plan !== null}
        onYes={() => plan !== null && swap.mutate(plan)}
        onClose={() => setPlan(null)}
      />
    </>
  );
}

function useVersionList(pack: string) {
  return useInfiniteQuery({
    queryKey: ["models", pack, "versions"],
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/api/v1/models/{pack}/versions", {
          params: { path: { pack }, query: { limit: 20, ...(pageParam !== null && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

function useSwap(pack: string) {
  return useMutation({
    mutationFn: (plan: Plan): Promise<Version> =>
      plan.what === "activate"
        ? body(
            api.POST("/api/v1/models/{pack}/versions/{version}/activate", {
              params: { path: { pack, version: plan.version } },
            }),
          )
        : body(api.POST("/api/v1/models/{pack}/rollback", { params: { path: { pack } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["models"] }),
  });
}

function Told({ swap }: { swap: ReturnType<typeof useSwap> }) {
  const { t } = useTranslation();
  const words = useWords();
  if (swap.isPending) return <Progress value={null} label={t("models.opening")} />;
  if (swap.isError) {
    return (
      <Note mood="bad" announce>
        {words(swap.error)}
      </Note>
    );
  }
  if (!swap.isSuccess) return null;
  return (
    <Note mood="good" announce>
      {t("models.serves_now", { version: swap.data.version })}
    </Note>
  );
}
