import { useTranslation } from "react-i18next";
import { Page } from "@/ui/layout";

export function ScanPage() {
  const { t } = useTranslation();
  return <Page title={t("nav.scan")}>{null}</Page>;
}
