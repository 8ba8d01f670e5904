import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { api, body, type Schemas } from "@/lib/api";
import { queries } from "@/lib/queries";
import { useWords } from "@/lib/words";
import { Button } from "@/ui/button";
import { Actions, Badge, Card, Note } from "@/ui/layout";
import { Loaded } from "@/ui/loaded";
import { Row, Rows } from "@/ui/rows";
import { clientOf } from "./client";

type Place = Schemas["SessionOut"];

const KEY = ["sessions"];
const AT_MOST = 50;

/** Where this person is signed in, and the end of each. */
export function Sessions() {
  const { t } = useTranslation();
  const words = useWords();
  const places = useQuery({
    queryKey: KEY,
    queryFn: () => body(api.GET("/api/v1/sessions", { params: { query: { limit: AT_MOST } } })),
  });
  const again = { onSuccess: () => queries.invalidateQueries({ queryKey: KEY }) };
  const end = useMutation({
    mutationFn: (id: string) =>
      body(api.DELETE("/api/v1/sessions/{session_id}", { params: { path: { session_id: id } } })),
    ...again,
  });
  const endOthers = useMutation({
    mutationFn: () => body(api.DELETE("/api/v1/sessions", { params: { query: { keep_current: true } } })),
    ...again,
  });
  const fault = end.error ?? endOthers.error;
  return (
    <Card label={t("settings.sessions")}>
      <h2>{t("settings.sessions")}</h2>
      <Loaded query={places}>
        {({ items }) => (
          <>
            <Rows label={t("settings.sessions")}>
              {items.map((place) => (
                <OnePlace key={place.id} place={place} onEnd={() => end.mutate(place.id)} />
              ))}
            </Rows>
            {items.length > 1 && (
              <Actions>
                <Button tone="quiet" onPress={() => endOthers.mutate()} isDisabled={endOthers.isPending}>
                  {t("settings.sessions_others")}
                </Button>
              </Actions>
            )}
          </>
        )}
      </Loaded>
      {fault !== null && (
        <Note mood="bad" announce>
          {words(fault)}
        </Note>
      )}
    </Card>
  );
}

function OnePlace({ place, onEnd }: { place: Place; onEnd: () => void }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const client = clientOf(place.client);
  const name = client === null ? t("settings.client_unknown") : client.join(" · ");
  return (
    <Row
      title={
        <>
          <span>{name}</span>
          {place.current && <Badge mood="good">{t("settings.session_here")}</Badge>}
        </>
      }
      note={t("settings.session_used", { moment: moment(place.last_used_at) })}
      actions={
        !place.current && (
          <Button tone="plain" onPress={onEnd} aria-label={t("settings.session_end_of", { name })}>
            {t("settings.session_end")}
          </Button>
        )
      }
    />
  );
}
