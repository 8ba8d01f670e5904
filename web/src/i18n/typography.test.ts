import { describe, expect, it } from "vitest";
import { regional } from "./format";
import { typeset } from "./typography";

describe("signs", () => {
  it("stay with their word in French", () => {
    expect(typeset("Est-ce juste ? Oui : « peut-être » ; non !", "fr")).toBe(
      "Est-ce juste\u00a0? Oui\u00a0: «\u00a0peut-être\u00a0»\u00a0; non\u00a0!",
    );
  });

  it("are left alone in English", () => {
    expect(typeset("a : b", "en")).toBe("a : b");
  });
});

describe("the region of formats", () => {
  it("is the browser's where it speaks the language chosen", () => {
    expect(regional("en", ["fr-CA", "en-GB", "en-US"])).toBe("en-GB");
  });

  it("is the language's own where the browser speaks another", () => {
    expect(regional("fr", ["en-GB"])).toBe("fr");
  });
});
