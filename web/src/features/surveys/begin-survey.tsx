import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Head } from "@/offline/survey-shape";
import { beginSurvey } from "@/offline/surveys";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Icon } from "@/ui/icon";
import { HeadForm } from "./head-form";

/** Today here, YYYY-MM-DD. */
function today(): string {
  const now = new Date();
  return new Date(now.valueOf() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

/** Begins a walk, of this plot if one is named. */
export function BeginSurvey({ plot = "", tone = "main" }: { plot?: string; tone?: "main" | "quiet" }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const begin = async (head: Head) => {
    const id = await beginSurvey(head);
    await navigate({ to: "/surveys/$id", params: { id } });
  };
  return (
    <>
      <Button tone={tone} onPress={() => setOpen(true)}>
        <Icon name="plus" />
        {plot === "" ? t("surveys.begin") : t("surveys.begin_again")}
      </Button>
      <Dialog title={t("surveys.begin")} isOpen={open} onClose={() => setOpen(false)}>
        <HeadForm head={{ plot, visited_on: today(), functional: "share_15" }} go={t("surveys.go")} onSave={begin} />
      </Dialog>
    </>
  );
}
