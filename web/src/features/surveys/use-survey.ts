import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "@/lib/api";
import { useSession } from "@/lib/use-session";
import { keptSurveys, loadSurvey } from "@/offline/surveys";

const PAGE = 100;

/** With what waits on this device; without a network as it was last seen. */
export function useSurvey(id: string) {
  return useQuery({ queryKey: ["surveys", "one", id], queryFn: () => loadSurvey(id) });
}

export function useKept() {
  return useQuery({ queryKey: ["surveys", "kept"], queryFn: keptSurveys, networkMode: "always", staleTime: 0 });
}

/** The server's list, newest first. */
export function useListed() {
  const { state } = useSession();
  return useInfiniteQuery({
    queryKey: ["surveys", "list"],
    queryFn: ({ pageParam }) => {
      const query = { limit: PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) };
      return body(api.GET("/api/v1/surveys", { params: { query } }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    enabled: state === "in",
  });
}

export function useReport(server: string) {
  const { i18n } = useTranslation();
  return useQuery({
    queryKey: ["surveys", "of", server, "report", i18n.language],
    queryFn: async () => {
      const params = { path: { survey_id: server }, header: { "accept-language": i18n.language } };
      const told = await body(api.GET("/api/v1/surveys/{survey_id}/report", { params }));
      return told as unknown as Schemas["Report"];
    },
  });
}

export function useVisits(server: string) {
  return useQuery({
    queryKey: ["surveys", "of", server, "visits"],
    queryFn: () => body(api.GET("/api/v1/surveys/{survey_id}/visits", { params: { path: { survey_id: server } } })),
  });
}
