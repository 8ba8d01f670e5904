import { useMutation } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { deleteEntry, type Entry } from "./entries";

const UNDO_MS = 6000;

export interface Deleting {
  /** Gone from view, and still to be had back. */
  leaving: Entry | null;
  error: unknown;
  begin: (entry: Entry) => void;
  undo: () => void;
}

/** Deletes after some seconds in which it can be taken back; at once when the person goes elsewhere. */
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
    return () => clearTimeout(timer);
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
    },
    undo: () => {
      pending.current = null;
      setLeaving(null);
    },
  };
}
