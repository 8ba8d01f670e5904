import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api";
import { ProblemError, problemIn } from "@/lib/problem";
import { queries } from "@/lib/queries";
import { accessToken, beSomebody } from "@/lib/session";
import { upload } from "@/offline/upload";
import { type Chosen, formOf } from "./choosing";

type Batch = Schemas["BatchOut"];

interface Sending {
  /** 0 to 1; null once all is there and the server sorts it. */
  share: number | null;
  send: (chosen: Chosen, fields: Record<string, string>) => void;
  stop: () => void;
  busy: boolean;
  /** Null too when it was stopped. */
  error: unknown;
}

/** The same again after a lost network makes no second batch. */
function keyOf(chosen: Chosen, fields: Record<string, string>): string {
  const files = chosen.archive === null ? chosen.photos : [chosen.archive];
  return JSON.stringify([fields, files.map((file) => [file.name, file.size, file.lastModified])]);
}

/** Sends a batch, and says how far that is. */
export function useSend(onSent: (batch: Batch) => void): Sending {
  const { i18n } = useTranslation();
  const [share, setShare] = useState<number | null>(0);
  const stopper = useRef(new AbortController());
  const last = useRef({ content: "", key: "" });
  const sending = useMutation({
    mutationFn: async ({ chosen, fields }: { chosen: Chosen; fields: Record<string, string> }) => {
      const content = keyOf(chosen, fields);
      if (last.current.content !== content) last.current = { content, key: crypto.randomUUID() };
      await beSomebody();
      const headers = {
        Authorization: `Bearer ${await accessToken()}`,
        "Accept-Language": i18n.language,
        "Idempotency-Key": last.current.key,
      };
      const { signal } = stopper.current;
      const form = formOf(chosen, fields);
      const reply = await upload({ path: "/api/v1/predict/batch", form, headers, onProgress: setShare, signal });
      if (reply.status !== 202) throw new ProblemError(problemIn(reply.status, reply.text));
      return JSON.parse(reply.text) as Batch;
    },
    onSuccess: (batch) => {
      void queries.invalidateQueries({ queryKey: ["jobs", "bulk"] });
      onSent(batch);
    },
  });
  const stopped = sending.error instanceof DOMException && sending.error.name === "AbortError";
  return {
    share,
    send: (chosen, fields) => {
      stopper.current = new AbortController();
      setShare(0);
      sending.mutate({ chosen, fields });
    },
    stop: () => stopper.current.abort(),
    busy: sending.isPending,
    error: stopped ? null : sending.error,
  };
}
