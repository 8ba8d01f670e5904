import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api";
import { ProblemError, problemIn } from "@/lib/problem";
import { queries } from "@/lib/queries";
import { accessToken } from "@/lib/session";
import { useWords } from "@/lib/words";
import { type Reply, upload } from "@/offline/upload";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Actions, Card, Note, Progress } from "@/ui/layout";
import styles from "./models.module.css";

type Version = Schemas["VersionOut"];

const CREATED = 201;

/** What the server said of an upload: the version, or its words about what is wrong. */
export function read(reply: Reply): { version: Version; fresh: boolean } {
  if (reply.status >= 300) throw new ProblemError(problemIn(reply.status, reply.text));
  return { version: JSON.parse(reply.text) as Version, fresh: reply.status === CREATED };
}

/** A ZIP, or model.json with its .onnx files and perhaps CARD.md; the server tries it before it is kept. */
export function ImportVersion({ pack }: { pack: string }) {
  const { t } = useTranslation();
  const words = useWords();
  const chooser = useRef<HTMLInputElement>(null);
  const stop = useRef<AbortController | null>(null);
  const [share, setShare] = useState<number | null>(0);
  const send = useMutation({
    mutationFn: async (files: readonly File[]) => {
      const form = new FormData();
      for (const file of files) form.append("file", file, file.name);
      stop.current = new AbortController();
      setShare(0);
      const headers = { Authorization: `Bearer ${(await accessToken()) ?? ""}` };
      const path = `/api/v1/models/${encodeURIComponent(pack)}/versions`;
      return read(await upload({ path, form, headers, onProgress: setShare, signal: stop.current.signal }));
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["models", pack] }),
  });
  const stopped = send.error instanceof DOMException && send.error.name === "AbortError";
  return (
    <Card label={t("models.import")}>
      <div className={styles.upload}>
        <h2>{t("models.import")}</h2>
        <p>{t("models.import_text")}</p>
        <input
          ref={chooser}
          type="file"
          multiple
          accept=".zip,.json,.onnx,.md"
          hidden
          aria-label={t("models.import_files")}
          onChange={(event) => {
            const files = [...(event.target.files ?? [])];
            event.target.value = "";
            if (files.length > 0) send.mutate(files);
          }}
        />
        {send.isPending && <Progress value={share} label={t("models.importing")} />}
        {send.isPending && share === null && <p role="status">{t("models.import_tried")}</p>}
        {send.isSuccess && (
          <Note mood="good" announce>
            {t(send.data.fresh ? "models.imported" : "models.import_known", { version: send.data.version.version })}
          </Note>
        )}
        {send.isError && !stopped && (
          <Note mood="bad" announce>
            {words(send.error)}
          </Note>
        )}
        <Actions>
          <Button tone="quiet" onPress={() => chooser.current?.click()} isDisabled={send.isPending}>
            <Icon name="plus" />
            {t("models.import_choose")}
          </Button>
          {send.isPending && (
            <Button tone="plain" onPress={() => stop.current?.abort()}>
              {t("action.cancel")}
            </Button>
          )}
        </Actions>
      </div>
    </Card>
  );
}
