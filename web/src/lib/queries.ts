import { QueryClient } from "@tanstack/react-query";
import { ProblemError } from "./problem";
import { sessionState, subscribe } from "./session";

const TRIES = 2;

/** What the server said, kept while it is fresh. What is refused is not asked again; a lost network is. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      networkMode: "offlineFirst",
      retry: (failures, error) => !(error instanceof ProblemError) && failures < TRIES,
    },
    mutations: { networkMode: "always" },
  },
});

let before = sessionState();
subscribe(() => {
  const now = sessionState();
  if (before === "in" && now === "out") queries.clear();
  before = now;
});
