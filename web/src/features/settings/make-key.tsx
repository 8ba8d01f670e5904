import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "@/lib/api";
import { useWords } from "@/lib/words";
import { Button } from "@/ui/button";
import { Checks } from "@/ui/checks";
import { Dialog } from "@/ui/dialog";
import { Form } from "@/ui/form";
import { Actions, Note } from "@/ui/layout";
import { Select } from "@/ui/select";
import { TextField } from "@/ui/text-field";
import { expiry, LASTS, type Lasting, scopesOf, textOf } from "./scopes";
import styles from "./settings.module.css";

interface MakeKeyProps {
  role: Schemas["Person"]["role"];
  isOpen: boolean;
  onClose: () => void;
  onMade: () => void;
}

export function MakeKey({ role, isOpen, onClose, onMade }: MakeKeyProps) {
  const { t } = useTranslation();
  const [made, setMade] = useState<Schemas["NewKey"] | null>(null);
  function close() {
    setMade(null);
    onClose();
  }
  return (
    <Dialog title={made === null ? t("settings.key_make") : t("settings.key_made")} isOpen={isOpen} onClose={close}>
      {made === null ? (
        <KeyForm
          role={role}
          onClose={close}
          onMade={(key) => {
            setMade(key);
            onMade();
          }}
        />
      ) : (
        <Shown secret={made.key} onClose={close} />
      )}
    </Dialog>
  );
}

interface KeyFormProps {
  role: Schemas["Person"]["role"];
  onClose: () => void;
  onMade: (key: Schemas["NewKey"]) => void;
}

function KeyForm({ role, onClose, onMade }: KeyFormProps) {
  const { t } = useTranslation();
  const words = useWords();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>(["predict"]);
  const [lasting, setLasting] = useState<Lasting>("year");
  const make = useMutation({
    mutationFn: () =>
      body(api.POST("/api/v1/keys", { body: { name, scopes, expires_at: expiry(lasting, new Date()) } })),
    onSuccess: onMade,
  });
  return (
    <Form
      onSubmit={() => make.mutate()}
      wrong={make.isError ? words(make.error) : null}
      foot={
        <>
          <Button type="submit" isDisabled={make.isPending || scopes.length === 0}>
            {t("settings.key_make")}
          </Button>
          <Button tone="quiet" onPress={onClose}>
            {t("action.cancel")}
          </Button>
        </>
      }
    >
      <TextField
        label={t("settings.key_name")}
        hint={t("settings.key_name_hint")}
        isRequired
        maxLength={80}
        value={name}
        onChange={setName}
      />
      <Checks
        label={t("settings.key_scopes")}
        choices={scopesOf(role).map((id) => ({ id, label: t(`scope.${textOf(id)}`) }))}
        values={scopes}
        onChange={setScopes}
      />
      <Select
        label={t("settings.key_lasts")}
        options={LASTS.map((id) => ({ id, label: t(`settings.lasts_${id}`) }))}
        value={lasting}
        onChange={(id) => setLasting(LASTS.find((one) => one === id) ?? "year")}
      />
    </Form>
  );
}

function Shown({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  async function copy() {
    await navigator.clipboard.writeText(secret);
    setCopied(true);
  }
  return (
    <>
      <Note mood="warn">{t("settings.key_once")}</Note>
      <code className={styles.key}>{secret}</code>
      <Actions>
        {"clipboard" in navigator && (
          <Button onPress={() => void copy()}>{copied ? t("settings.copied") : t("settings.copy")}</Button>
        )}
        <Button tone="quiet" onPress={onClose}>
          {t("action.close")}
        </Button>
      </Actions>
    </>
  );
}
