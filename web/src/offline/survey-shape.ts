/** A survey as this browser keeps it. Pure. */
import type { Schemas } from "@/lib/api";

export type SurveyOut = Schemas["SurveyOut"];
export type Head = Schemas["SurveyIn"];
type LeafOut = Schemas["LeafOut"];

export interface Leaf extends LeafOut {
  /** The key of its photo, while that waits to be sent. */
  photo: string | null;
}

export interface Plant {
  label: string;
  leaves_total: number | null;
  leaves: Leaf[];
  /** Changes that the server has not seen; 0 is as there. */
  changes: number;
  gone: boolean;
  /** Why the server would not take it, until it is changed. */
  problem: string | null;
}

export interface Survey {
  /** This browser's own id; that of the server where it came from there. */
  id: string;
  /** Null while the server does not know of it. */
  server: string | null;
  head: Head;
  /** Changes of the head that the server has not seen; 0 is as there. */
  changes: number;
  plants: Plant[];
  /** When it was first tried to be begun on the server, and as what at last. An answer may have been lost since. */
  tried: { at: string; head: Head } | null;
  /** Why the server would not take the head, until that is changed. */
  problem: string | null;
  owner: string | null;
  at: string;
}

export interface WaitingPhoto {
  key: string;
  survey: string;
  plant: string;
  rank: number;
  bytes: ArrayBuffer;
  type: string;
  pack: string;
  consent: "store" | "train";
}

export function isWaiting(survey: Survey): boolean {
  return survey.server === null || survey.changes > 0 || survey.plants.some((plant) => plant.changes > 0);
}

/** The plants to show: what is deleted here is gone already. */
export function shownPlants(survey: Survey): Plant[] {
  return survey.plants.filter((plant) => !plant.gone);
}

export function newLeaf(rank: number): Leaf {
  const nothing = { prediction_id: null, grade: null, graded_by: null, area_share: null, lesion_stage: null };
  return { rank, ...nothing, spotted: null, reason: null, photo: null };
}

function headOf(seen: SurveyOut): Head {
  const { id: _, plants: __, created_at: ___, updated_at: ____, ...head } = seen;
  return head;
}

type PlantOut = SurveyOut["plants"][number];

export function plantOf(seen: PlantOut): Plant {
  const leaves = seen.leaves.map((leaf) => ({ ...leaf, photo: null }));
  return { label: seen.label, leaves_total: seen.leaves_total, leaves, changes: 0, gone: false, problem: null };
}

/** What the server says, but for the head and the plants whose changes it has not seen. */
export function merged(kept: Survey | undefined, seen: SurveyOut, owner: string | null): Survey {
  const own = (kept?.plants ?? []).filter((plant) => plant.changes > 0);
  const labels = new Set(own.map((plant) => plant.label));
  const plants = [...seen.plants.filter((plant) => !labels.has(plant.label)).map(plantOf), ...own];
  const ahead = kept !== undefined && kept.changes > 0;
  return {
    id: kept?.id ?? seen.id,
    server: seen.id,
    head: ahead ? kept.head : headOf(seen),
    changes: ahead ? kept.changes : 0,
    plants: plants.sort(byLabel),
    tried: null,
    problem: ahead ? kept.problem : null,
    owner: kept?.owner ?? owner,
    at: seen.created_at,
  };
}

const COLLATOR = new Intl.Collator(undefined, { numeric: true });

function byLabel(one: { label: string }, other: { label: string }): number {
  return COLLATOR.compare(one.label, other.label);
}

/** The survey with this head, one change more. */
export function withHead(survey: Survey, head: Head): Survey {
  return { ...survey, head, changes: survey.changes + 1, problem: null };
}

/** The survey with this plant as it is now, one change more. */
export function withPlant(survey: Survey, label: string, change: Partial<Plant>): Survey {
  const nothing = { label, leaves_total: null, leaves: [], changes: 0, gone: false, problem: null };
  const known = survey.plants.find((plant) => plant.label === label);
  const before = known === undefined || known.gone ? nothing : known;
  const now = { ...before, problem: null, ...change, changes: (known?.changes ?? 0) + 1 };
  const others = survey.plants.filter((plant) => plant.label !== label);
  return { ...survey, plants: [...others, now].sort(byLabel) };
}

/** The plant with this leaf as it is now. */
export function withLeaf(plant: Plant, rank: number, change: Partial<Leaf>): Leaf[] {
  const before = plant.leaves.find((leaf) => leaf.rank === rank) ?? newLeaf(rank);
  const others = plant.leaves.filter((leaf) => leaf.rank !== rank);
  return [...others, { ...before, ...change }].sort((one, other) => one.rank - other.rank);
}

/** The survey without what was noted of this leaf. */
export function withoutLeaf(survey: Survey, label: string, rank: number): Survey {
  const plant = survey.plants.find((one) => one.label === label && !one.gone);
  if (plant === undefined) return survey;
  return withPlant(survey, label, { leaves: plant.leaves.filter((leaf) => leaf.rank !== rank) });
}

/** The body of `PUT plants/{plant}`: a grade from a photo is the photo's to say. */
export function bodyOf(plant: Plant): Schemas["PlantIn"] {
  const leaves = plant.leaves.map((leaf) => ({
    rank: leaf.rank,
    prediction_id: leaf.prediction_id,
    grade: leaf.graded_by === "person" ? leaf.grade : null,
    spotted: leaf.spotted,
    area_share: leaf.prediction_id === null ? leaf.area_share : null,
    lesion_stage: leaf.prediction_id === null ? leaf.lesion_stage : null,
  }));
  return { leaves_total: plant.leaves_total, leaves };
}

/** The next number that no plant has. */
export function nextLabel(survey: Survey): string {
  const taken = new Set(shownPlants(survey).map((plant) => plant.label));
  let next = taken.size + 1;
  while (taken.has(String(next))) next += 1;
  return String(next);
}
