import { useState } from "react";
import { ListBox, ListBoxItem } from "react-aria-components/ListBox";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/text-field";
import styles from "./feedback.module.css";
import { LabelMark } from "./label-mark";
import type { Pack } from "./use-pack";

/** As typed on any keyboard: no accents, no capitals. */
export function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

interface LabelSearchProps {
  pack: Pack;
  /** What it is not. */
  without: string | null;
  /** Shown first. */
  likely?: readonly string[];
  title: string;
  isOpen: boolean;
  onClose: () => void;
  onPick: (className: string) => void;
  /** Offered where the person may not know. */
  onUnknown?: () => void;
}

/** One tap on what it really is; typing narrows the list. */
export function LabelSearch({
  pack,
  without,
  likely = [],
  title,
  isOpen,
  onClose,
  onPick,
  onUnknown,
}: LabelSearchProps) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const wanted = folded(text);
  const plants = [...new Set(pack.labels.map((label) => label.labels.plant ?? ""))];
  const rank = (name: string) => (likely.includes(name) ? likely.indexOf(name) : likely.length);
  const items = pack.labels
    .filter(({ class_name: name }) => name !== without)
    .map((label) => ({ id: label.class_name, label, title: pack.title(label.class_name) }))
    .filter((one) => folded(`${one.title} ${one.id}`).includes(wanted))
    .sort((one, other) => rank(one.id) - rank(other.id) || one.title.localeCompare(other.title));
  return (
    <Dialog
      title={title}
      isOpen={isOpen}
      onClose={onClose}
      foot={
        onUnknown !== undefined && (
          <Button tone="quiet" onPress={onUnknown}>
            {t("feedback.unknown")}
          </Button>
        )
      }
    >
      <TextField label={t("feedback.search")} type="search" value={text} onChange={setText} />
      <ListBox
        aria-label={title}
        className={styles.labels ?? ""}
        items={items}
        onAction={(name) => onPick(String(name))}
        renderEmptyState={() => t("feedback.none_found")}
      >
        {(item) => (
          <ListBoxItem id={item.id} textValue={item.title} className={styles.label ?? ""}>
            <LabelMark
              label={item.label}
              plant={plants.indexOf(item.label.labels.plant ?? "")}
              subject={pack.detail?.subject}
            />
            {item.title}
          </ListBoxItem>
        )}
      </ListBox>
    </Dialog>
  );
}
