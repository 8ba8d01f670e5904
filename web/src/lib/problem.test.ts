import i18next from "i18next";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { speak, startTexts } from "@/i18n";
import { inWords, ProblemError, problemIn } from "./problem";

const FAULT = { status: 400, code: "model_refused", title: "These files are no sound model", detail: "No graph." };

describe("what went wrong", () => {
  beforeAll(startTexts);
  afterEach(() => speak("en"));

  it("is said in the server's words in English", async () => {
    await speak("en");
    expect(inWords(FAULT)).toBe("No graph.");
    expect(inWords({ ...FAULT, detail: "" })).toBe(FAULT.title);
  });

  it("is said in the language of the page, with what the server alone knows", async () => {
    await speak("fr");
    expect(inWords({ code: "unknown_model", detail: "No model is called 'roses'." })).toBe("Ce modèle n'existe pas.");
    expect(new ProblemError(FAULT).message).toContain("No graph.");
    expect(new ProblemError(FAULT).message).not.toContain("sound model");
  });

  it("is said in the server's words where a language has none", async () => {
    await speak("fr");
    expect(i18next.exists("problem.brand_new")).toBe(false);
    expect(inWords({ code: "brand_new", detail: "Something new." })).toBe("Something new.");
  });

  it("is read from any answer", () => {
    expect(problemIn(502, "<html>")).toEqual({ status: 502, code: "unknown", title: "502", detail: "" });
    expect(problemIn(400, JSON.stringify(FAULT))).toEqual(FAULT);
  });
});
