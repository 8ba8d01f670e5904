import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { useWords } from "@/lib/words";
import { Button } from "@/ui/button";
import { FailureState } from "@/ui/failure";
import { Actions, Badge, Card, EmptyState, Skeleton } from "@/ui/layout";
import { Row, Rows } from "@/ui/rows";
import styles from "./people.module.css";
import { PersonDialog } from "./person-dialog";
import { nameOf, type User, usePeople, type Wanted } from "./use-people";

export function PeopleList({ wanted, myself }: { wanted: Wanted; myself: string }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const words = useWords();
  const people = usePeople(wanted);
  const [open, setOpen] = useState<string | null>(null);
  if (people.isPending) return <Skeleton label={t("state.loading")} />;
  if (people.isError) {
    return (
      <FailureState
        title={t("failure.title")}
        detail={words(people.error)}
        again={t("action.again")}
        onAgain={() => void people.refetch()}
      />
    );
  }
  const users = people.data.pages.flatMap((page) => page.items);
  const total = people.data.pages[0]?.total ?? null;
  if (users.length === 0) {
    return (
      <EmptyState icon="search" title={t("people.nobody")}>
        <p>{t("people.nobody_text")}</p>
      </EmptyState>
    );
  }
  return (
    <Card label={t("people.title")}>
      {total !== null && (
        <p className={styles.soft} role="status">
          {t("people.total", { n: number(total, 0) })}
        </p>
      )}
      <Rows label={t("people.title")}>
        {users.map((user) => (
          <OnePerson key={user.id} user={user} me={user.id === myself} onOpen={() => setOpen(user.id)} />
        ))}
      </Rows>
      {people.hasNextPage && (
        <Actions>
          <Button tone="quiet" onPress={() => void people.fetchNextPage()} isDisabled={people.isFetchingNextPage}>
            {t("action.more")}
          </Button>
        </Actions>
      )}
      <PersonDialog
        user={users.find((user) => user.id === open) ?? null}
        me={open === myself}
        onClose={() => setOpen(null)}
      />
    </Card>
  );
}

/** A long e-mail ends its line before the `@`. */
function broken(name: string) {
  const [who, ...where] = name.split(/(?=@)/);
  return (
    <>
      {who}
      <wbr />
      {where.join("")}
    </>
  );
}

/** Lines end between facts, not within one. */
function whole(fact: string): string {
  return fact.replaceAll(" ", "\u00a0");
}

function OnePerson({ user, me, onOpen }: { user: User; me: boolean; onOpen: () => void }) {
  const { t } = useTranslation();
  const { date, number } = useFormats();
  const name = nameOf(user, t("role.guest"));
  const facts = [
    t("people.since", { date: date(user.created_at) }),
    user.last_used_at === null ? t("people.never_used") : t("people.used", { date: date(user.last_used_at) }),
    t("people.sessions_n", { n: number(user.sessions, 0) }),
    t("people.keys_n", { n: number(user.keys, 0) }),
  ];
  return (
    <Row
      title={
        <>
          <strong>{broken(name)}</strong>
          <Badge mood={user.role === "admin" ? "good" : "calm"}>{t(`role.${user.role}`)}</Badge>
          {me && <Badge>{t("people.you")}</Badge>}
          {user.disabled && <Badge mood="bad">{t("people.disabled")}</Badge>}
        </>
      }
      note={facts.map(whole).join("\u00a0· ")}
      actions={
        <Button tone="plain" onPress={onOpen} aria-label={t("people.change_of", { name })}>
          {t("people.change")}
        </Button>
      }
    />
  );
}
