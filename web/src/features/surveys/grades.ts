/** The Stover scale as modified by Gauhl: how much of a leaf is sick. */
export const GRADES = [0, 1, 2, 3, 4, 5, 6] as const;
export type Grade = (typeof GRADES)[number];

/** The share of the leaf that the drawing of a grade shows sick: the middle of its range. */
export const SHARES: Readonly<Record<Grade, number>> = { 0: 0, 1: 0.005, 2: 0.03, 3: 0.1, 4: 0.24, 5: 0.42, 6: 0.75 };

export interface Spot {
  x: number;
  y: number;
  r: number;
}

const HALF_LENGTH = 20;
const HALF_WIDTH = 9;
const SPOTS = 26;
/** Of the ellipse around it, what the drawn blade fills. */
const BLADE = 0.62;

/** Spots on a drawn leaf that cover about this share of it, always the same ones. */
export function spotsOf(share: number): Spot[] {
  if (share <= 0) return [];
  const many = share < 0.02 ? 4 : SPOTS;
  const area = Math.PI * HALF_LENGTH * HALF_WIDTH * BLADE * share;
  const radius = Math.sqrt(area / (Math.PI * many));
  return Array.from({ length: many }, (_, at) => {
    const turn = at * 2.399963;
    const far = Math.sqrt((at + 0.5) / many);
    return {
      x: Math.cos(turn) * far * HALF_LENGTH * 0.92,
      y: Math.sin(turn) * far * HALF_WIDTH * 0.9,
      r: Math.max(0.7, radius),
    };
  });
}
