import { useTranslation } from "react-i18next";
import { Page } from "@/ui/layout";

export function MonitoringPage() {
  const { t } = useTranslation();
  return <Page title={t("nav.monitoring")}>{null}</Page>;
}
