import { useState } from "react";
import { ListBox, ListBoxItem } from "react-aria-components/ListBox";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/text-field";
import styles from "./feedback.module.css";
import { LabelMark } from "./label-mark";
import type { Label, Pack } from "./use-pack";

/** As typed on any keyboard: no accents, no capitals. */
export function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Whether every word that was typed stands in the text, in whatever order. */
export function fits(text: string, typed: string): boolean {
  const whole = folded(text);
  return folded(typed)
    .split(/\s+/)
    .every((word) => whole.includes(word));
}

interface LabelSearchProps {
  pack: Pack;
  /** What it is not. */
  without: string | null;
  /** Shown first, before other classes of the same plant. */
  likely?: readonly string[];
  title: string;
  onClose: () => void;
  onPick: (className: string) => void;
  /** Offered where the person may not know. */
  onUnknown?: () => void;
}

/** One tap on what it really is; typing narrows the list. */
export function LabelSearch({ pack, without, likely = [], title, onClose, onPick, onUnknown }: LabelSearchProps) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const plants = [...new Set(pack.labels.map((label) => label.labels.plant ?? ""))];
  const plant = without === null ? undefined : pack.label(without)?.labels.plant;
  const rank = ({ class_name: name, labels }: Label) => {
    if (likely.includes(name)) return likely.indexOf(name);
    return likely.length + (plant !== undefined && labels.plant === plant ? 0 : 1);
  };
  const items = pack.labels
    .filter(({ class_name: name }) => name !== without)
    .map((label) => ({ id: label.class_name, label, title: pack.title(label.class_name) }))
    .filter((one) => fits(`${one.title} ${one.id}`, text))
    .sort((one, other) => rank(one.label) - rank(other.label) || one.title.localeCompare(other.title));
  return (
    <Dialog
      title={title}
      isOpen
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
