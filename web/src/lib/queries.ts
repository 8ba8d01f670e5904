import { QueryClient } from "@tanstack/react-query";
import { ProblemError } from "./problem";
import { onLeave } from "./session";

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

/** Nobody is shown what somebody else asked. Open pages ask again, once they know that somebody has left. */
onLeave(() => {
  queries.getMutationCache().clear();
  queries.removeQueries({ type: "inactive" });
  for (const query of queries.getQueryCache().getAll()) query.reset();
  setTimeout(() => void queries.refetchQueries({ type: "active" }));
});
