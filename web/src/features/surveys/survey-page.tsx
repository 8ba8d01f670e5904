import { useTranslation } from "react-i18next";
import { Page } from "@/ui/layout";

export function SurveyPage() {
  const { t } = useTranslation();
  return <Page title={t("nav.surveys")}>{null}</Page>;
}
