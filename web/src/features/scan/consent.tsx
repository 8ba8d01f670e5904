import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocalized } from "@/i18n/localized";
import { Button } from "@/ui/button";
import { Choices } from "@/ui/choices";
import { Dialog } from "@/ui/dialog";
import { CONSENTS, type Consent, type useConsent } from "./use-consent";

interface AskProps {
  consent: ReturnType<typeof useConsent>;
  isOpen: boolean;
  onClose: () => void;
  /** Called with what was chosen. */
  onChosen: (consent: Consent) => void;
}

/** Asks what may be kept, before the first photo goes and whenever the person wants. Nothing is chosen for them but the least. */
export function ConsentDialog({ consent, isOpen, onClose, onChosen }: AskProps) {
  const { t } = useTranslation();
  const localized = useLocalized();
  const [picked, setPicked] = useState<Consent>(consent.chosen ?? "none");
  const choices = CONSENTS.map((id) => ({
    id,
    label: <strong>{t(`scan.consent_${id}`)}</strong>,
    hint: t(`scan.consent_${id}_short`),
  }));
  return (
    <Dialog
      title={t("scan.consent_title")}
      isOpen={isOpen}
      onClose={onClose}
      foot={
        <Button
          onPress={() => {
            consent.choose(picked);
            onChosen(picked);
          }}
        >
          {t("scan.consent_go")}
        </Button>
      }
    >
      <Choices
        label={t("scan.consent_ask")}
        choices={choices}
        value={picked}
        onChange={(id) => setPicked(id as Consent)}
      />
      {consent.texts !== undefined && (
        <details>
          <summary>{t("scan.consent_full")}</summary>
          <dl>
            {CONSENTS.map((id) => (
              <div key={id}>
                <dt>
                  <strong>{t(`scan.consent_${id}`)}</strong>
                </dt>
                <dd>{localized(consent.texts?.choices[id])}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
      <p>{t("scan.consent_later")}</p>
    </Dialog>
  );
}
