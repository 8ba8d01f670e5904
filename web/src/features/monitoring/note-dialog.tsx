import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/lib/api";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Actions } from "@/ui/layout";
import { TextField } from "@/ui/text-field";
import styles from "./monitoring-page.module.css";

interface NoteDialogProps {
  alert: Schemas["AlertOut"] | null;
  onClose: () => void;
  /** A note of null is taken away. */
  onSave: (id: string, note: string | null) => void;
}

export function NoteDialog({ alert, onClose, onSave }: NoteDialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("monitoring.note")} isOpen={alert !== null} onClose={onClose}>
      {alert !== null && (
        <NoteForm first={alert.note ?? ""} onClose={onClose} onSave={(note) => onSave(alert.id, note)} />
      )}
    </Dialog>
  );
}

function NoteForm(props: { first: string; onClose: () => void; onSave: (note: string | null) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(props.first);
  function submit(event: FormEvent) {
    event.preventDefault();
    props.onSave(text.trim() === "" ? null : text.trim());
    props.onClose();
  }
  return (
    <form className={styles.part} onSubmit={submit}>
      <TextField label={t("monitoring.note_text")} long maxLength={2000} value={text} onChange={setText} />
      <Actions>
        <Button type="submit">{t("action.save")}</Button>
        <Button tone="quiet" onPress={props.onClose}>
          {t("action.cancel")}
        </Button>
      </Actions>
    </form>
  );
}
