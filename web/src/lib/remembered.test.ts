import { expect, it, vi } from "vitest";

const built = vi.hoisted(() => ({ BUILD: "first" }));
vi.mock("./build", () => built);
const { forgetRemembered, recall, remember } = await import("./remembered");

it("tells what this build has kept, and nothing of another", () => {
  expect(remember("packs", ["drawn"])).toEqual(["drawn"]);
  expect(recall("packs")).toEqual(["drawn"]);
  built.BUILD = "second";
  expect(recall("packs")).toBeUndefined();
});

it("does not trip over what it cannot read", () => {
  for (const text of ["[]", "null", "{", '"first"']) {
    localStorage.setItem("cultivar.remembered.packs", text);
    expect(recall("packs")).toBeUndefined();
  }
});

it("forgets all of it, and only that", () => {
  localStorage.setItem("cultivar.preferences", "{}");
  remember("packs", []);
  forgetRemembered();
  expect(Object.keys(localStorage)).toEqual(["cultivar.preferences"]);
});
