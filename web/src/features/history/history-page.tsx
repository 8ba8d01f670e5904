import { useTranslation } from "react-i18next";
import { Page } from "@/ui/layout";

export function HistoryPage() {
  const { t } = useTranslation();
  return <Page title={t("nav.history")}>{null}</Page>;
}
