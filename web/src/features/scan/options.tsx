import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { useLocalized } from "@/i18n/localized";
import { prefer, usePreferences } from "@/lib/preferences";
import { Button } from "@/ui/button";
import { Switch } from "@/ui/choices";
import { Actions } from "@/ui/layout";
import { Range } from "@/ui/range";
import { Select } from "@/ui/select";
import styles from "./scan-page.module.css";
import type { PackChoice } from "./use-choices";

const SERVERS = "*";
const STEP = 0.05;

interface PackProps {
  packs: readonly PackChoice[];
  pack: PackChoice | undefined;
}

/** Who looks; remembered. */
export function PackSelect({ packs, pack }: PackProps) {
  const { t } = useTranslation();
  const localized = useLocalized();
  const known = packs.map(({ name, title }) => ({ id: name, label: localized(title) }));
  if (known.length < 2) return null;
  return (
    <div>
      <Select
        label={t("scan.pack")}
        options={[{ id: SERVERS, label: t("scan.pack_default") }, ...known]}
        value={pack?.name ?? SERVERS}
        onChange={(name) => prefer({ pack: name === SERVERS ? null : name })}
      />
      {pack !== undefined && <p className={styles.hint}>{localized(pack.description)}</p>}
    </div>
  );
}

/** From how sure an answer must be, for who wants to say. */
export function Thresholds({ pack }: { pack: PackChoice | undefined }) {
  const { t } = useTranslation();
  const { share } = useFormats();
  const { thresholds, minConfidence } = usePreferences();
  const own = pack?.thresholds.min_confidence ?? 0.5;
  return (
    <div>
      <Switch
        isSelected={thresholds}
        onChange={(on) => prefer(on ? { thresholds: on } : { thresholds: on, minConfidence: null })}
      >
        {t("scan.thresholds")}
      </Switch>
      {thresholds && (
        <>
          <Range
            label={t("scan.min_confidence")}
            hint={t("scan.min_confidence_hint")}
            text={minConfidence === null ? t("scan.packs_own", { value: share(own) }) : share(minConfidence)}
            value={minConfidence ?? own}
            onChange={(value) => prefer({ minConfidence: value })}
            min={0}
            max={1}
            step={STEP}
          />
          {minConfidence !== null && (
            <Actions>
              <Button tone="plain" onPress={() => prefer({ minConfidence: null })}>
                {t("scan.packs_own_again")}
              </Button>
            </Actions>
          )}
        </>
      )}
    </div>
  );
}
