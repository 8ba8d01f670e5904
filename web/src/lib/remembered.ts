/** What the server said last, kept in this browser so that a page opens without a network. Small things alone. */
const BEFORE = "cultivar.remembered.";

export function remember<T>(name: string, value: T): T {
  localStorage.setItem(BEFORE + name, JSON.stringify(value));
  return value;
}

/** Undefined where nothing is known. */
export function recall<T>(name: string): T | undefined {
  const text = localStorage.getItem(BEFORE + name);
  try {
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}
