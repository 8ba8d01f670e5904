import { useMutation } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { queries } from "@/lib/queries";
import { useWords } from "@/lib/words";
import { isWaiting, type Survey } from "@/offline/survey-shape";
import { removeSurvey } from "@/offline/surveys";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/dialog";
import { Icon } from "@/ui/icon";
import { Actions, EmptyState, Note, Page } from "@/ui/layout";
import { Loaded } from "@/ui/loaded";
import { EditSurvey } from "./edit-survey";
import { ReportView } from "./report";
import styles from "./surveys.module.css";
import { useSurvey } from "./use-survey";
import { Walk } from "./walk";

/** One walk: leaf by leaf, and what it says. */
export function SurveyPage() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/surveys/$id" });
  const survey = useSurvey(id);
  const { date } = useFormats();
  const head = survey.data?.head;
  return (
    <Page
      title={head?.plot ?? t("nav.surveys")}
      lead={head && [date(`${head.visited_on}T00:00`), head.cultivar].filter(Boolean).join(" · ")}
      beside
      actions={
        survey.data && (
          <>
            <EditSurvey survey={survey.data} />
            <Remove survey={survey.data} />
          </>
        )
      }
    >
      <Loaded query={survey}>{(found) => <Parts survey={found} />}</Loaded>
    </Page>
  );
}

function Parts({ survey }: { survey: Survey }) {
  const { t } = useTranslation();
  const [report, setReport] = useState(false);
  const waiting = isWaiting(survey);
  return (
    <>
      <Actions>
        <Button tone={report ? "plain" : "quiet"} aria-pressed={!report} onPress={() => setReport(false)}>
          <Icon name="leaf" />
          {t("surveys.walk")}
        </Button>
        <Button tone={report ? "quiet" : "plain"} aria-pressed={report} onPress={() => setReport(true)}>
          <Icon name="plot" />
          {t("surveys.report")}
        </Button>
      </Actions>
      {survey.problem !== null && <Note mood="bad">{survey.problem}</Note>}
      {waiting && survey.problem === null && <Note mood="calm">{t("surveys.waiting")}</Note>}
      {survey.head.notes && <p className={styles.notes}>{survey.head.notes}</p>}
      {!report && <Walk survey={survey} />}
      {report && survey.server !== null && <ReportView server={survey.server} />}
      {report && survey.server === null && (
        <EmptyState icon="offline" title={t("surveys.no_report")}>
          <p>{t("surveys.no_report_why")}</p>
        </EmptyState>
      )}
    </>
  );
}

function Remove({ survey }: { survey: Survey }) {
  const { t } = useTranslation();
  const words = useWords();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => removeSurvey(survey),
    onSuccess: async () => {
      await navigate({ to: "/surveys" });
      queries.removeQueries({ queryKey: ["surveys", "one", survey.id] });
      await queries.invalidateQueries({ queryKey: ["surveys"] });
    },
  });
  return (
    <>
      {remove.isError && <Note mood="bad">{words(remove.error)}</Note>}
      <Button tone="plain" icon aria-label={t("surveys.delete")} onPress={() => setAsking(true)}>
        <Icon name="trash" />
      </Button>
      <Confirm
        title={t("surveys.delete_title")}
        text={t("surveys.delete_text")}
        yes={t("action.delete")}
        no={t("action.cancel")}
        isOpen={asking}
        onYes={() => remove.mutate()}
        onClose={() => setAsking(false)}
      />
    </>
  );
}
