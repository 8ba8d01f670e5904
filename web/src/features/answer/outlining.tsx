import { type ComponentProps, lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Skeleton } from "@/ui/layout";

const OutlineEditor = lazy(() => import("./outline-editor").then((module) => ({ default: module.OutlineEditor })));

/** The editor of an outline, which comes when somebody draws. */
export function Outlining(props: ComponentProps<typeof OutlineEditor>) {
  const { t } = useTranslation();
  return (
    <Suspense fallback={<Skeleton label={t("state.loading")} />}>
      <OutlineEditor {...props} />
    </Suspense>
  );
}
