/** Surveys by plot: those of the server with those that wait here. Pure. */
import type { Schemas } from "@/lib/api";
import { isWaiting, type Survey } from "@/offline/survey-shape";

export interface Visit {
  id: string;
  visitedOn: string;
  cultivar: string | null;
  waits: boolean;
}

export interface Plot {
  name: string;
  visits: Visit[];
}

type Listed = Pick<Schemas["SurveyHead"], "id" | "plot" | "visited_on" | "cultivar">;

/** The plot that was visited last comes first, and its last visit. */
export function plotsOf(listed: readonly Listed[], kept: readonly Survey[]): Plot[] {
  const plots = new Map<string, Visit[]>();
  const put = (plot: string, visit: Visit) => plots.set(plot, [...(plots.get(plot) ?? []), visit]);
  const here = new Map(kept.map((survey) => [survey.server ?? survey.id, survey]));
  for (const one of listed) {
    const own = here.get(one.id);
    here.delete(one.id);
    const { plot, visited_on: visitedOn, cultivar } = own !== undefined && own.changes > 0 ? own.head : one;
    const waits = own !== undefined && isWaiting(own);
    put(plot, { id: own?.id ?? one.id, visitedOn, cultivar: cultivar ?? null, waits });
  }
  for (const survey of here.values()) {
    const { plot, visited_on: visitedOn, cultivar } = survey.head;
    put(plot, { id: survey.id, visitedOn, cultivar: cultivar ?? null, waits: isWaiting(survey) });
  }
  const sorted = [...plots].map(([name, visits]) => ({
    name,
    visits: visits.sort((one, other) => other.visitedOn.localeCompare(one.visitedOn)),
  }));
  return sorted.sort((one, other) => (other.visits[0]?.visitedOn ?? "").localeCompare(one.visits[0]?.visitedOn ?? ""));
}
