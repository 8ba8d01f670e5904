import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { api, body, type Schemas } from "@/lib/api";
import { queries } from "@/lib/queries";
import { useWords } from "@/lib/words";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/dialog";
import { Icon } from "@/ui/icon";
import { Actions, Badge, Card, Note } from "@/ui/layout";
import { Loaded } from "@/ui/loaded";
import { Row, Rows } from "@/ui/rows";
import { MakeKey } from "./make-key";

type Key = Schemas["KeyOut"];

const KEY = ["keys"];
const AT_MOST = 100;

/** Keys for programs: their secrets are shown once, when they are made. */
export function Keys({ person }: { person: Schemas["Person"] }) {
  const { t } = useTranslation();
  const words = useWords();
  const [making, setMaking] = useState(false);
  const [leaving, setLeaving] = useState<Key | null>(null);
  const keys = useQuery({
    queryKey: KEY,
    queryFn: () => body(api.GET("/api/v1/keys", { params: { query: { limit: AT_MOST } } })),
  });
  const remove = useMutation({
    mutationFn: (id: string) => body(api.DELETE("/api/v1/keys/{key_id}", { params: { path: { key_id: id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  return (
    <Card label={t("settings.keys")}>
      <h2>{t("settings.keys")}</h2>
      <p>{t("settings.keys_text")}</p>
      <Loaded query={keys}>
        {({ items }) =>
          items.length > 0 && (
            <Rows label={t("settings.keys")}>
              {items.map((key) => (
                <OneKey key={key.id} known={key} onDelete={() => setLeaving(key)} />
              ))}
            </Rows>
          )
        }
      </Loaded>
      {remove.isError && (
        <Note mood="bad" announce>
          {words(remove.error)}
        </Note>
      )}
      <Actions>
        <Button tone="quiet" onPress={() => setMaking(true)}>
          <Icon name="plus" />
          {t("settings.key_make")}
        </Button>
      </Actions>
      <MakeKey
        role={person.role}
        isOpen={making}
        onClose={() => setMaking(false)}
        onMade={() => queries.invalidateQueries({ queryKey: KEY })}
      />
      <Confirm
        title={t("settings.key_delete_title", { name: leaving?.name ?? "" })}
        text={t("settings.key_delete_text")}
        yes={t("action.delete")}
        no={t("action.cancel")}
        isOpen={leaving !== null}
        onYes={() => leaving !== null && remove.mutate(leaving.id)}
        onClose={() => setLeaving(null)}
      />
    </Card>
  );
}

function OneKey({ known, onDelete }: { known: Key; onDelete: () => void }) {
  const { t } = useTranslation();
  const { date } = useFormats();
  const over = known.expires_at !== null && new Date(known.expires_at) <= new Date();
  const used =
    known.last_used_at === null ? t("settings.key_unused") : t("settings.key_used", { date: date(known.last_used_at) });
  const ends = known.expires_at === null ? [] : [t("settings.key_until", { date: date(known.expires_at) })];
  return (
    <Row
      title={
        <>
          <strong>{known.name}</strong>
          <code>{`${known.start}…`}</code>
          {over && <Badge mood="warn">{t("settings.key_over")}</Badge>}
        </>
      }
      note={[known.scopes.join(", "), used, ...ends].join(" · ")}
      actions={
        <Button icon tone="plain" onPress={onDelete} aria-label={t("settings.key_delete", { name: known.name })}>
          <Icon name="trash" />
        </Button>
      }
    />
  );
}
