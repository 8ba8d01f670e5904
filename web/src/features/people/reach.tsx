import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { api, body } from "@/lib/api";
import { useWords } from "@/lib/words";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Actions, Note } from "@/ui/layout";
import { Loaded } from "@/ui/loaded";
import { Row, Rows } from "@/ui/rows";
import styles from "./people.module.css";
import { PEOPLE, type User, useEndKey, useSignOut } from "./use-people";

/** Through what a person reaches this server, and the end of it. */
export function Reach({ user }: { user: User }) {
  return (
    <>
      {user.sessions > 0 && <Sessions user={user} />}
      {user.keys > 0 && <Keys user={user} />}
    </>
  );
}

function Sessions({ user }: { user: User }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const words = useWords();
  const signOut = useSignOut(user.id);
  const sessions = useQuery({
    queryKey: [PEOPLE, user.id, "sessions"],
    queryFn: () => body(api.GET("/api/v1/users/{user_id}/sessions", { params: { path: { user_id: user.id } } })),
  });
  return (
    <section className={styles.part} aria-label={t("people.sessions")}>
      <h3>{t("people.sessions")}</h3>
      <Loaded query={sessions}>
        {({ items }) => (
          <Rows label={t("people.sessions")}>
            {items.map((one) => (
              <Row
                key={one.id}
                title={one.client ?? t("people.client_unknown")}
                note={t("people.used_at", { moment: moment(one.last_used_at) })}
              />
            ))}
          </Rows>
        )}
      </Loaded>
      {signOut.isError && <Note mood="bad">{words(signOut.error)}</Note>}
      <Actions>
        <Button tone="quiet" onPress={() => signOut.mutate()} isDisabled={signOut.isPending}>
          {t("people.sign_out")}
        </Button>
      </Actions>
    </section>
  );
}

function Keys({ user }: { user: User }) {
  const { t } = useTranslation();
  const words = useWords();
  const end = useEndKey(user.id);
  const keys = useQuery({
    queryKey: [PEOPLE, user.id, "keys"],
    queryFn: () => body(api.GET("/api/v1/users/{user_id}/keys", { params: { path: { user_id: user.id } } })),
  });
  return (
    <section className={styles.part} aria-label={t("people.keys")}>
      <h3>{t("people.keys")}</h3>
      <Loaded query={keys}>
        {({ items }) => (
          <Rows label={t("people.keys")}>
            {items.map((key) => (
              <Row
                key={key.id}
                title={`${key.name} · ${key.start}…`}
                note={key.scopes.join(", ")}
                actions={
                  <Button
                    icon
                    tone="plain"
                    onPress={() => end.mutate(key.id)}
                    aria-label={t("people.key_end", { name: key.name })}
                  >
                    <Icon name="trash" />
                  </Button>
                }
              />
            ))}
          </Rows>
        )}
      </Loaded>
      {end.isError && <Note mood="bad">{words(end.error)}</Note>}
    </section>
  );
}
