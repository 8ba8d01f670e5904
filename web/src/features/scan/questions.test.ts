import { expect, it } from "vitest";
import { questions } from "./questions";

const photo = (byte: number) => ({ bytes: new Uint8Array([byte]).buffer, type: "image/jpeg" });
const wishes = {
  together: true,
  pack: null,
  minConfidence: null,
  consent: "none",
  language: "fr",
} as const;

it("asks once of one plant and once of each of several", () => {
  const photos = [photo(1), photo(2)];
  expect(questions(photos, wishes).map((one) => one.photos)).toEqual([photos]);
  expect(questions(photos, { ...wishes, together: false }).map((one) => one.photos.length)).toEqual([1, 1]);
});

it("says what may be kept, and the rest only where somebody chose it", () => {
  expect(questions([photo(1)], wishes)[0]?.fields).toEqual({ consent: "none" });
  const chosen = questions([photo(1)], { ...wishes, pack: "drawn", minConfidence: 0 });
  expect(chosen[0]?.fields).toEqual({ consent: "none", model: "drawn", min_confidence: "0" });
});
