import { Label } from "react-aria-components/Label";
import { Radio, RadioGroup } from "react-aria-components/RadioGroup";
import { useTranslation } from "react-i18next";
import { DrawnLeaf } from "./drawn-leaf";
import styles from "./grade-choice.module.css";
import { GRADES, type Grade } from "./grades";

interface GradeProps {
  value: number | null;
  onChange: (grade: Grade) => void;
}

/** How sick a leaf is, by eye: seven drawn leaves. */
export function GradeChoice({ value, onChange }: GradeProps) {
  const { t } = useTranslation();
  return (
    <RadioGroup
      value={value === null ? null : String(value)}
      onChange={(id) => onChange(GRADES.find((grade) => String(grade) === id) ?? 0)}
      className={styles.group ?? ""}
      orientation="horizontal"
    >
      <Label className={styles.label ?? ""}>{t("surveys.grade")}</Label>
      <div className={styles.grades}>
        {GRADES.map((grade) => (
          <Radio
            key={grade}
            value={String(grade)}
            className={styles.grade ?? ""}
            aria-label={t("surveys.grade_is", { grade, words: t(`surveys.grades.${grade}`) })}
          >
            <strong>{grade}</strong>
            <DrawnLeaf grade={grade} />
            <span className={styles.words}>{t(`surveys.grades.${grade}`)}</span>
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}
