import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body } from "@/lib/api";
import { queries } from "@/lib/queries";
import { useWords } from "@/lib/words";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Form } from "@/ui/form";
import { TextField } from "@/ui/text-field";
import styles from "./settings.module.css";

interface ChangePasswordProps {
  isOpen: boolean;
  onClose: () => void;
  onDone: () => void;
}

export function ChangePassword({ isOpen, onClose, onDone }: ChangePasswordProps) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("settings.password_change")} isOpen={isOpen} onClose={onClose}>
      <PasswordForm onClose={onClose} onDone={onDone} />
    </Dialog>
  );
}

/** Lives as long as the dialog is open, so that no password stays in memory. */
function PasswordForm({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () =>
      body(api.POST("/api/v1/users/me/password", { body: { current_password: current, new_password: next } })),
    onSuccess: async () => {
      onDone();
      onClose();
      await queries.invalidateQueries();
    },
  });
  return (
    <Form
      onSubmit={() => change.mutate()}
      wrong={change.isError ? words(change.error) : null}
      foot={
        <>
          <Button type="submit" isDisabled={change.isPending}>
            {t("action.save")}
          </Button>
          <Button tone="quiet" onPress={onClose}>
            {t("action.cancel")}
          </Button>
        </>
      }
    >
      <TextField
        label={t("settings.password_now")}
        type="password"
        autoComplete="current-password"
        isRequired
        value={current}
        onChange={setCurrent}
      />
      <TextField
        label={t("settings.password_new")}
        hint={t("sign_in.rule")}
        type="password"
        autoComplete="new-password"
        isRequired
        value={next}
        onChange={setNext}
      />
      <p className={styles.soft}>{t("settings.password_others")}</p>
    </Form>
  );
}
