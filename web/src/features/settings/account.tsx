import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import type { Schemas } from "@/lib/api";
import { useOnline } from "@/lib/online";
import { useSession } from "@/lib/use-session";
import { useWords } from "@/lib/words";
import { Button, buttonClass } from "@/ui/button";
import { Confirm } from "@/ui/dialog";
import { Actions, Badge, Card, Note, Skeleton } from "@/ui/layout";
import { Row, Rows } from "@/ui/rows";
import { ChangePassword } from "./change-password";
import { signOut } from "./leaving";

export function Account() {
  const { t } = useTranslation();
  const { state, person } = useSession();
  const online = useOnline();
  const unknown = state === "unknown" || (state === "in" && person === null);
  return (
    <Card label={t("settings.account")}>
      <h2>{t("settings.account")}</h2>
      {unknown && online && <Skeleton label={t("state.loading")} />}
      {unknown && !online && <Note mood="warn">{t("state.unreachable")}</Note>}
      {state === "out" && <Nobody />}
      {state === "in" && person !== null && (person.email === null ? <Guest /> : <Known person={person} />)}
    </Card>
  );
}

function Nobody() {
  const { t } = useTranslation();
  return (
    <>
      <p>{t("settings.nobody")}</p>
      <SignInLink />
    </>
  );
}

function SignInLink() {
  const { t } = useTranslation();
  return (
    <Actions>
      <Link to="/sign-in" className={buttonClass("main")}>
        {t("settings.sign_in")}
      </Link>
    </Actions>
  );
}

/** Who signs out as a guest cannot come back, so that is asked first. */
function Guest() {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const leave = useSignOut();
  return (
    <>
      <p>{t("settings.guest")}</p>
      <Actions>
        <Link to="/sign-in" className={buttonClass("main")}>
          {t("settings.keep")}
        </Link>
        <Button tone="plain" onPress={() => setAsking(true)}>
          {t("action.sign_out")}
        </Button>
      </Actions>
      {leave.fault}
      <Confirm
        title={t("settings.guest_leaves")}
        text={t("settings.guest_leaves_text")}
        yes={t("action.sign_out")}
        no={t("action.cancel")}
        isOpen={asking}
        onYes={leave.go}
        onClose={() => setAsking(false)}
      />
    </>
  );
}

function Known({ person }: { person: Schemas["Person"] }) {
  const { t } = useTranslation();
  const { date } = useFormats();
  const [changing, setChanging] = useState(false);
  const [changed, setChanged] = useState(false);
  const leave = useSignOut();
  return (
    <>
      <Rows label={t("settings.account")}>
        <Row
          title={
            <>
              <strong>{person.email}</strong>
              <Badge>{t(`role.${person.role}`)}</Badge>
            </>
          }
          note={t("settings.since", { date: date(person.created_at) })}
        />
      </Rows>
      {person.must_change_password && !changed && <Note mood="warn">{t("settings.must_change")}</Note>}
      {changed && (
        <Note mood="good" announce>
          {t("settings.password_changed")}
        </Note>
      )}
      <Actions>
        <Button tone="quiet" onPress={() => setChanging(true)}>
          {t("settings.password_change")}
        </Button>
        <Button tone="quiet" onPress={leave.go} isDisabled={leave.busy}>
          {t("action.sign_out")}
        </Button>
        {person.role === "admin" && (
          <Link to="/people" className={buttonClass("plain")}>
            {t("nav.people")}
          </Link>
        )}
      </Actions>
      {leave.fault}
      <ChangePassword isOpen={changing} onClose={() => setChanging(false)} onDone={() => setChanged(true)} />
    </>
  );
}

function useSignOut() {
  const words = useWords();
  const mutation = useMutation({ mutationFn: signOut });
  return {
    go: () => mutation.mutate(),
    busy: mutation.isPending,
    fault: mutation.isError && (
      <Note mood="bad" announce>
        {words(mutation.error)}
      </Note>
    ),
  };
}
