import { useCallback, useState } from "react";
import type { Photo } from "@/offline/kept";
import { shrink } from "@/offline/shrink";

/** A photo that is in hand and not yet asked about. */
export interface Shot {
  id: string;
  photo: Photo;
}

export const OF_ONE_PLANT = 5;
export const PLANTS_AT_ONCE = 20;

export interface Shots {
  shots: Shot[];
  /** Names of files that the browser could not read. */
  unread: string[];
  /** Files that did not fit any more. */
  tooMany: boolean;
  add: (photo: Photo) => void;
  addFiles: (files: readonly File[]) => Promise<void>;
  remove: (id: string) => void;
  clear: () => void;
}

/** The photos in hand, each already as small as it is sent. */
export function useShots(longSide: number): Shots {
  const [shots, setShots] = useState<Shot[]>([]);
  const [unread, setUnread] = useState<string[]>([]);
  const [tooMany, setTooMany] = useState(false);

  const add = useCallback((photo: Photo) => {
    setShots((before) => (before.length < PLANTS_AT_ONCE ? [...before, { id: crypto.randomUUID(), photo }] : before));
  }, []);

  const addFiles = useCallback(
    async (files: readonly File[]) => {
      setUnread([]);
      setTooMany(shots.length + files.length > PLANTS_AT_ONCE);
      for (const file of files.slice(0, PLANTS_AT_ONCE - shots.length)) {
        try {
          add(await shrink(file, longSide));
        } catch {
          setUnread((before) => [...before, file.name]);
        }
      }
    },
    [add, longSide, shots.length],
  );

  const remove = useCallback((id: string) => setShots((before) => before.filter((shot) => shot.id !== id)), []);
  const clear = useCallback(() => {
    setShots([]);
    setUnread([]);
    setTooMany(false);
  }, []);
  return { shots, unread, tooMany, add, addFiles, remove, clear };
}
