/** "2–3", or "2" where both ends are the same; "≥ 2" where nobody knows the upper one. */
export function rangeOf(
  [least, most]: readonly [number, number | null],
  write: (end: number) => string = String,
): string {
  if (most === null) return `≥ ${write(least)}`;
  return [...new Set([least, most])].map((end) => write(end)).join("–");
}
