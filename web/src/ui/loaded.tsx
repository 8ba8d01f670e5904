import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useWords } from "@/lib/words";
import { FailureState } from "./failure";
import { Skeleton } from "./layout";

interface LoadedProps<T> {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
}

/** What was asked of the server, once it is there; until then that it comes, or why not and the way on. */
export function Loaded<T>({ query, children }: LoadedProps<T>) {
  const { t } = useTranslation();
  const words = useWords();
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError || query.fetchStatus === "paused") {
    return (
      <FailureState
        title={t("failure.title")}
        detail={words(query.error)}
        again={t("action.again")}
        onAgain={() => void query.refetch()}
      />
    );
  }
  return <Skeleton label={t("state.loading")} />;
}
