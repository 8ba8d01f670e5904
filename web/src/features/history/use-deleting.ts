import { useMutation } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { forgetAnswer } from "@/offline/kept";
import { deleteEntry, type Entry } from "./entries";

const UNDO_MS = 6000;

export interface Deleting {
  /** Gone from view, and still to be had back. */
  leaving: Entry | null;
  error: unknown;
  begin: (entry: Entry) => void;
  undo: () => void;
}

/**
 * Deletes after some seconds in which it can be taken back; at once when the person goes elsewhere, or closes or leaves the
 * page, which on a phone may be the last that it hears.
 */
export function useDeleting(): Deleting {
  const [leaving, setLeaving] = useState<Entry | null>(null);
  const pending = useRef<Entry | null>(null);
  const { mutate, error, reset } = useMutation({ mutationFn: deleteEntry });
  const end = useCallback(() => {
    if (pending.current !== null) mutate(pending.current.id);
    pending.current = null;
    setLeaving(null);
  }, [mutate]);
  useEffect(() => {
    if (leaving === null) return;
    const timer = setTimeout(end, UNDO_MS);
    const hidden = () => document.visibilityState === "hidden" && end();
    window.addEventListener("pagehide", end);
    window.addEventListener("visibilitychange", hidden, true); // before the page's memory is kept
    return () => {
      clearTimeout(timer);
      window.removeEventListener("pagehide", end);
      window.removeEventListener("visibilitychange", hidden, true);
    };
  }, [leaving, end]);
  useEffect(() => () => void (pending.current !== null && deleteEntry(pending.current.id)), []);
  return {
    leaving,
    error,
    begin: (entry) => {
      reset();
      end();
      pending.current = entry;
      setLeaving(entry);
      void forgetAnswer(entry.id); // this device's copy now, since a page that closes has no time to; the server has another
    },
    undo: () => {
      pending.current = null;
      setLeaving(null);
    },
  };
}
