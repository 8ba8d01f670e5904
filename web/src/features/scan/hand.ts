/** The photos in hand: taken or chosen, and not yet asked about. They outlive the page: a look elsewhere loses none. */
import { useSyncExternalStore } from "react";
import { onLeave } from "@/lib/session";
import type { Photo } from "@/offline/kept";
import { shrink } from "@/offline/shrink";

export interface Shot {
  id: string;
  photo: Photo;
}

export interface Hand {
  /** Each already as small as it is sent. */
  shots: readonly Shot[];
  /** Whether they show one plant. */
  together: boolean;
  /** How many files are being read. */
  reading: number;
  /** Names of files that the browser could not read. */
  unread: readonly string[];
  /** Files that did not fit any more. */
  tooMany: boolean;
}

export const OF_ONE_PLANT = 5;
export const PLANTS_AT_ONCE = 20;

const EMPTY: Hand = { shots: [], together: true, reading: 0, unread: [], tooMany: false };
const listeners = new Set<() => void>();
let hand = EMPTY;
/** Grows when somebody leaves: what was still being read for them is nobody's. */
let people = 0;

function become(change: Partial<Hand>): void {
  hand = { ...hand, ...change };
  for (const listener of listeners) listener();
}

onLeave(() => {
  people += 1;
  become(EMPTY);
});

export function isEmpty(): boolean {
  return hand.shots.length === 0 && hand.reading === 0;
}

export function inHand(): Hand {
  return hand;
}

export function useHand(): Hand {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, inHand);
}

export function take(photo: Photo): void {
  if (hand.shots.length >= PLANTS_AT_ONCE) return;
  become({ shots: [...hand.shots, { id: crypto.randomUUID(), photo }] });
}

/** Reads files, one after the other, and takes what the browser can read. */
export async function takeFiles(files: readonly File[], longSide: number): Promise<void> {
  const whose = people;
  const free = Math.max(0, PLANTS_AT_ONCE - hand.shots.length - hand.reading);
  const some = files.slice(0, free);
  become({ unread: [], tooMany: files.length > free, reading: hand.reading + some.length });
  for (const file of some) {
    const photo = await shrink(file, longSide).catch(() => null);
    if (whose !== people) return;
    become({ reading: hand.reading - 1 });
    if (photo === null) become({ unread: [...hand.unread, file.name] });
    else take(photo);
  }
}

export function remove(id: string): void {
  become({ shots: hand.shots.filter((shot) => shot.id !== id) });
}

export function showTogether(together: boolean): void {
  become({ together });
}

/** These are written down to be sent, and no longer in hand. Others may have come meanwhile. */
export function gone(photos: readonly Photo[]): void {
  become({ shots: hand.shots.filter((shot) => !photos.includes(shot.photo)), unread: [], tooMany: false });
}
