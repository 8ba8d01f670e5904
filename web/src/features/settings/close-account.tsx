import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useWords } from "@/lib/words";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Form } from "@/ui/form";
import { Actions } from "@/ui/layout";
import { TextField } from "@/ui/text-field";
import { closeAccount } from "./leaving";

export function CloseAccount({ guest }: { guest: boolean }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const stop = () => setAsking(false);
  return (
    <>
      <p>{t("settings.close_text")}</p>
      <Actions>
        <Button tone="quiet" onPress={() => setAsking(true)}>
          {t("settings.close_start")}
        </Button>
      </Actions>
      <Dialog title={t("settings.close_title")} isOpen={asking} onClose={stop}>
        <Farewell guest={guest} onClose={stop} />
      </Dialog>
    </>
  );
}

function Farewell({ guest, onClose }: { guest: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const navigate = useNavigate();
  const [password, setPassword] = useState("");
  const close = useMutation({
    mutationFn: () => closeAccount(password),
    onSuccess: () => navigate({ to: "/" }),
  });
  return (
    <Form
      onSubmit={() => close.mutate()}
      wrong={close.isError ? words(close.error) : null}
      foot={
        <>
          <Button tone="danger" type="submit" isDisabled={close.isPending}>
            {t("settings.close_yes")}
          </Button>
          <Button tone="quiet" onPress={onClose}>
            {t("action.cancel")}
          </Button>
        </>
      }
    >
      <p>{t("settings.close_warning")}</p>
      {!guest && (
        <TextField
          label={t("settings.password_now")}
          type="password"
          autoComplete="current-password"
          isRequired
          value={password}
          onChange={setPassword}
        />
      )}
    </Form>
  );
}
