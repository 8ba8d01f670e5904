import { expect, it } from "vitest";
import { chosenOf } from "./use-consent";

const choices = { none: { en: "" }, store: { en: "" }, train: { en: "" } };
const texts = { version: "2", choices };
const saved = { consent: "none", text_version: null, texts } as unknown as Parameters<typeof chosenOf>[0];
const said = { by: "ada", consent: "train", version: "2" } as const;

it("takes the account's choice on the present text", () => {
  const now = { ...saved, consent: "store", text_version: "2" } as Parameters<typeof chosenOf>[0];
  expect(chosenOf(now, said, "ada")).toBe("store");
});

it("takes what was said here for who said it, and for nobody else", () => {
  expect(chosenOf(undefined, said, "ada")).toBe("train");
  expect(chosenOf(saved, said, "ada")).toBe("train");
  for (const other of ["bo", null]) {
    expect(chosenOf(undefined, said, other)).toBeNull();
    expect(chosenOf(saved, said, other)).toBeNull();
  }
});

it("asks again when the text is another", () => {
  expect(chosenOf(saved, { ...said, version: "1" }, "ada")).toBeNull();
  expect(chosenOf(saved, { ...said, version: null }, "ada")).toBeNull();
  expect(chosenOf(saved, null, "ada")).toBeNull();
});
