import { useTranslation } from "react-i18next";
import { lasting } from "@/lib/lasting";
import { useSession } from "@/lib/use-session";
import { Page } from "@/ui/layout";
import { Batch } from "./batch";
import { Begin } from "./begin";
import { Earlier } from "./earlier";

interface Shown {
  jobId: string;
  photos: readonly File[];
}

const last = lasting<Shown | null>(null);

/** Many photos at once. The batch in view stays so while one looks at an answer and comes back. */
export function BulkPage() {
  const { t } = useTranslation();
  const { state } = useSession();
  const shown = last.useIt();
  const show = (jobId: string, photos: readonly File[]) => last.set({ jobId, photos });
  return (
    <Page title={t("bulk.title")} lead={t("bulk.lead")}>
      <Begin onSent={show} />
      {state === "in" && shown !== null && <Batch key={shown.jobId} jobId={shown.jobId} photos={shown.photos} />}
      {state === "in" && <Earlier shown={shown?.jobId ?? null} onOpen={(jobId) => show(jobId, [])} />}
    </Page>
  );
}
