import { useQuery } from "@tanstack/react-query";
import { type DragEvent, useState } from "react";
import { FileTrigger } from "react-aria-components/FileTrigger";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { useLocalized } from "@/i18n/localized";
import { api, body, type Schemas } from "@/lib/api";
import { useOnline } from "@/lib/online";
import { useModels } from "@/lib/packs";
import { prefer, usePreferences } from "@/lib/preferences";
import { useSession } from "@/lib/use-session";
import { useWords } from "@/lib/words";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Actions, Card, Note, Progress } from "@/ui/layout";
import { Select } from "@/ui/select";
import styles from "./bulk-page.module.css";
import { bytesOf, type Chosen, chosenWith, NOTHING } from "./choosing";
import { FileList } from "./file-list";
import { filesOf } from "./files";
import { useSend } from "./send";

type Consent = Schemas["ConsentOut"]["consent"];

const CONSENTS = ["none", "store", "train"] as const satisfies readonly Consent[];
const DEFAULT = "default";
const TYPES = ["image/*", "application/zip", ".zip"];

/** Photos or a ZIP, what looks at them, and what may be kept. `onSent` gets the photos, which this tab can still show. */
export function Begin({ onSent }: { onSent: (jobId: string, photos: File[]) => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const online = useOnline();
  const [chosen, setChosen] = useState<Chosen>(NOTHING);
  const [consent, setConsent] = useState<Consent | null>(null);
  const { pack } = usePreferences();
  const sending = useSend((batch) => {
    onSent(batch.job_id, chosen.photos);
    setChosen(NOTHING);
  });
  const empty = chosen.archive === null && chosen.photos.length === 0;
  return (
    <Card label={t("bulk.begin")}>
      <DropZone onFiles={(files) => setChosen(chosenWith(chosen, files))} />
      {chosen.fault !== null && (
        <Note mood="warn" announce>
          {t(`bulk.fault_${chosen.fault}`)}
        </Note>
      )}
      {!empty && <Selection chosen={chosen} onClear={() => setChosen(NOTHING)} locked={sending.busy} />}
      {chosen.photos.length > 0 && <FileList files={filesOf(chosen.photos, [], false)} />}
      <div className={styles.choices}>
        <PackChoice />
        <ConsentChoice value={consent} onChange={setConsent} />
      </div>
      {sending.error !== null && (
        <Note mood="bad" announce>
          {words(sending.error)}
        </Note>
      )}
      {sending.busy && (
        <>
          <Progress value={sending.share} label={t("bulk.uploading")} />
          <p role="status">{sending.share === null ? t("bulk.sorting") : t("bulk.uploading")}</p>
        </>
      )}
      <Actions>
        {sending.busy ? (
          <Button tone="quiet" onPress={sending.stop}>
            {t("action.cancel")}
          </Button>
        ) : (
          <Button
            isDisabled={empty || !online}
            onPress={() => sending.send(chosen, { model: pack ?? "", consent: consent ?? "" })}
          >
            {t("bulk.start")}
          </Button>
        )}
        {!online && <span>{t("bulk.offline")}</span>}
      </Actions>
    </Card>
  );
}

function DropZone({ onFiles }: { onFiles: (files: File[]) => void }) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    onFiles([...event.dataTransfer.files]);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button inside is the first.
    <div
      className={styles.drop}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Icon name="stack" />
      <p>{t("bulk.drop")}</p>
      <FileTrigger acceptedFileTypes={TYPES} allowsMultiple onSelect={(files) => files !== null && onFiles([...files])}>
        <Button tone="quiet">
          <Icon name="image" />
          {t("bulk.choose")}
        </Button>
      </FileTrigger>
    </div>
  );
}

function Selection({ chosen, onClear, locked }: { chosen: Chosen; onClear: () => void; locked: boolean }) {
  const { t } = useTranslation();
  const { bytes } = useFormats();
  const size = bytes(bytesOf(chosen));
  return (
    <Actions>
      <strong role="status">
        {chosen.archive === null
          ? t("bulk.chosen", { count: chosen.photos.length, size })
          : t("bulk.chosen_zip", { name: chosen.archive.name, size })}
      </strong>
      {!locked && (
        <Button tone="plain" onPress={onClear}>
          {t("bulk.clear")}
        </Button>
      )}
    </Actions>
  );
}

function PackChoice() {
  const { t } = useTranslation();
  const localized = useLocalized();
  const models = useModels();
  const { pack } = usePreferences();
  const known = (models.data?.items ?? []).map((one) => ({ id: one.name, label: localized(one.title) }));
  const value = known.some((one) => one.id === pack) ? (pack ?? DEFAULT) : DEFAULT;
  return (
    <Select
      label={t("bulk.pack")}
      options={[{ id: DEFAULT, label: t("bulk.pack_default") }, ...known]}
      value={value}
      onChange={(id) => prefer({ pack: id === DEFAULT ? null : id })}
    />
  );
}

function ConsentChoice({ value, onChange }: { value: Consent | null; onChange: (consent: Consent | null) => void }) {
  const { t } = useTranslation();
  const { state } = useSession();
  const saved = useQuery({
    queryKey: ["me", "consents"],
    queryFn: () => body(api.GET("/api/v1/users/me/consents")),
    enabled: state === "in",
  });
  const own = t(`bulk.consent_${saved.data?.consent ?? "none"}`);
  return (
    <Select
      label={t("bulk.consent")}
      options={[
        { id: DEFAULT, label: t("bulk.consent_default", { own }) },
        ...CONSENTS.map((id) => ({ id, label: t(`bulk.consent_${id}`) })),
      ]}
      value={value ?? DEFAULT}
      onChange={(id) => onChange(CONSENTS.find((one) => one === id) ?? null)}
    />
  );
}
