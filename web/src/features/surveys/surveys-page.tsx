import { useTranslation } from "react-i18next";
import { Page } from "@/ui/layout";

export function SurveysPage() {
  const { t } = useTranslation();
  return <Page title={t("nav.surveys")}>{null}</Page>;
}
