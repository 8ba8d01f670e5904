import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useWords } from "@/lib/words";
import { Button } from "@/ui/button";
import { Switch } from "@/ui/choices";
import { Dialog } from "@/ui/dialog";
import { Actions, Note } from "@/ui/layout";
import { Select } from "@/ui/select";
import styles from "./people.module.css";
import { Reach } from "./reach";
import { nameOf, ROLES, type User, useChange } from "./use-people";

interface PersonDialogProps {
  user: User | null;
  me: boolean;
  onClose: () => void;
}

/** One person: role, disabled or not, where they are signed in, their keys. */
export function PersonDialog({ user, me, onClose }: PersonDialogProps) {
  const { t } = useTranslation();
  const title = user === null ? "" : nameOf(user, t("role.guest"));
  return (
    <Dialog title={title} isOpen={user !== null} onClose={onClose}>
      {user !== null && (
        <>
          {me ? <Note>{t("people.not_yourself")}</Note> : <Rights key={user.id} user={user} onDone={onClose} />}
          <Reach user={user} />
          {me && (
            <Actions>
              <Button tone="quiet" onPress={onClose}>
                {t("action.close")}
              </Button>
            </Actions>
          )}
        </>
      )}
    </Dialog>
  );
}

function Rights({ user, onDone }: { user: User; onDone: () => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const [role, setRole] = useState(user.role);
  const [disabled, setDisabled] = useState(user.disabled);
  const change = useChange(user.id);
  const given = ROLES.find((one) => one === role && one !== user.role);
  const patch = { ...(given !== undefined && { role: given }), ...(disabled !== user.disabled && { disabled }) };
  const changed = Object.keys(patch).length > 0;
  return (
    <>
      {user.role === "guest" ? (
        <p>{t("people.guest_role")}</p>
      ) : (
        <Select
          label={t("people.role")}
          options={ROLES.map((id) => ({ id, label: t(`role.${id}`) }))}
          value={role}
          onChange={(id) => setRole(ROLES.find((one) => one === id) ?? user.role)}
        />
      )}
      <Switch isSelected={disabled} onChange={setDisabled}>
        {t("people.disable")}
      </Switch>
      <p className={styles.soft}>{t("people.disable_text")}</p>
      {change.isError && (
        <Note mood="bad" announce>
          {words(change.error)}
        </Note>
      )}
      <Actions>
        <Button
          tone={disabled && !user.disabled ? "danger" : "main"}
          isDisabled={!changed || change.isPending}
          onPress={() => change.mutate(patch, { onSuccess: onDone })}
        >
          {t("action.save")}
        </Button>
        <Button tone="quiet" onPress={onDone}>
          {t("action.cancel")}
        </Button>
      </Actions>
    </>
  );
}
