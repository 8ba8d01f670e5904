import { useTranslation } from "react-i18next";
import { Page } from "@/ui/layout";

export function BulkPage() {
  const { t } = useTranslation();
  return <Page title={t("nav.bulk")}>{null}</Page>;
}
