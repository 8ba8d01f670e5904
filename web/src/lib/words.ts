import { useTranslation } from "react-i18next";
import { ProblemError } from "./problem";

/** What went wrong, in words: the server's own, or that it cannot be reached. */
export function useWords(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) => (error instanceof ProblemError ? error.message : t("state.unreachable"));
}
