import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { beSomebody } from "@/lib/session";
import { useSession } from "@/lib/use-session";
import { useWords } from "@/lib/words";
import { Button, buttonClass } from "./button";
import { Actions, EmptyState, Note, Skeleton } from "./layout";

/** A part that the server shows to people alone; a visitor becomes a guest with one press. */
export function ForSomebody({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const { state } = useSession();
  const words = useWords();
  const enter = useMutation({ mutationFn: beSomebody });
  if (state === "unknown") return <Skeleton label={t("state.loading")} />;
  if (state === "in") return <>{children}</>;
  return (
    <EmptyState icon="people" title={t("somebody.title")}>
      <p>{t("somebody.why")}</p>
      <Actions>
        <Button onPress={() => enter.mutate()} isDisabled={enter.isPending}>
          {t("somebody.guest")}
        </Button>
        <Link to="/sign-in" className={buttonClass("quiet")}>
          {t("action.sign_in")}
        </Link>
      </Actions>
      {enter.isError && (
        <Note mood="bad" announce>
          {words(enter.error)}
        </Note>
      )}
    </EmptyState>
  );
}
