/** What this browser keeps of photos: those that wait to be sent, and the last answers. Loaded only where it is needed. */
import Dexie, { type EntityTable, liveQuery } from "dexie";
import type { Answer, Prediction } from "@/lib/api";

/** Bytes rather than a Blob: every browser stores them alike. */
export interface Photo {
  bytes: ArrayBuffer;
  type: string;
}

/** One request that waits for its turn. */
export interface Waiting {
  /** Its place in the queue. */
  order: number;
  /** Its Idempotency-Key: however often it is sent, it is answered and counted once. */
  key: string;
  /** The form's fields. */
  fields: Record<string, string>;
  photos: Photo[];
  language: string;
  at: string;
  /** Who took it, and alone may send and see it; null where nobody was here: then it is the next guest's. */
  owner: string | null;
  /** `refused`: the server will not take it as it is, and `problem` says why. */
  state: "waiting" | "refused";
  problem: string | null;
  tries: number;
}

/** An answer as this device had it; the only copy of one that the server did not keep. */
export interface Kept {
  /** The prediction's id. */
  id: string;
  /** The key under which it was asked. */
  key: string;
  answer: Answer;
  consent: Prediction["consent"];
  photos: Photo[];
  feedback: Prediction["feedback"];
  at: string;
  /** Who asked. */
  owner: string | null;
}

class Database extends Dexie {
  declare waiting: EntityTable<Waiting, "order">;
  declare kept: EntityTable<Kept, "id">;

  constructor() {
    super("cultivar");
    // What an older version wrote down does not say whose it is.
    this.version(2)
      .stores({ waiting: "++order, &key", kept: "id, key, at" })
      .upgrade((old) => Promise.all([old.table("waiting").clear(), old.table("kept").clear()]));
  }
}

export const database = new Database();
export { liveQuery };
