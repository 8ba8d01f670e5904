import { describe, expect, it } from "vitest";
import { bytesOf, chosenWith, formOf, NOTHING } from "./choosing";
import { filesOf } from "./files";
import { resultOf } from "./results";

function photo(name: string, type = "image/jpeg"): File {
  return new File(["leaf"], name, { type, lastModified: 1 });
}

describe("choosing", () => {
  it("gathers photos, each once", () => {
    const once = chosenWith(NOTHING, [photo("a.jpg"), photo("b.jpg")]);
    const twice = chosenWith(once, [photo("b.jpg"), photo("c.jpg")]);
    expect(twice.photos.map((one) => one.name)).toEqual(["a.jpg", "b.jpg", "c.jpg"]);
    expect(bytesOf(twice)).toBe(12);
  });

  it("takes one ZIP, and nothing beside it", () => {
    const zip = chosenWith(NOTHING, [photo("plot.ZIP", "")]);
    expect(zip.archive?.name).toBe("plot.ZIP");
    expect(chosenWith(zip, [photo("a.jpg")])).toEqual({ ...zip, fault: "mixed" });
    expect(chosenWith(zip, [photo("b.zip", "application/zip")])).toEqual({ ...zip, fault: "archives" });
  });

  it("takes a hundred photos and no more", () => {
    const many = Array.from({ length: 101 }, (_, at) => photo(`${at}.jpg`));
    expect(chosenWith(NOTHING, many.slice(0, 100)).photos).toHaveLength(100);
    expect(chosenWith(NOTHING, many)).toEqual({ ...NOTHING, fault: "too_many" });
  });

  it("becomes a form without empty fields", () => {
    const form = formOf(chosenWith(NOTHING, [photo("a.jpg")]), { model: "", consent: "store" });
    expect([...form.keys()]).toEqual(["consent", "files"]);
  });
});

describe("the files of a batch", () => {
  const sent = [photo("a.jpg"), photo("b.jpg"), photo("c.jpg")];
  const results = [
    { index: 0, file: "a.jpg", error: null },
    { index: 2, file: "c.jpg", error: "unreadable" },
  ];

  it("wait until their result is there, by their place and not by their name", () => {
    expect(filesOf(sent, [], false).map((one) => one.state)).toEqual(["waiting", "waiting", "waiting"]);
    expect(filesOf(sent, results, false).map((one) => one.state)).toEqual(["done", "waiting", "failed"]);
    expect(filesOf([photo("a.jpg"), photo("a.jpg")], results, false).map((one) => one.state)).toEqual([
      "done",
      "waiting",
    ]);
  });

  it("are left where the batch ended without them", () => {
    expect(filesOf(sent, results, true)[1]).toEqual({ name: "b.jpg", state: "left" });
  });

  it("are those with a result where another tab, or a ZIP, sent them", () => {
    expect(filesOf([], results, false)).toEqual([
      { name: "a.jpg", state: "done" },
      { name: "c.jpg", state: "failed" },
    ]);
  });
});

describe("results", () => {
  it("are read whether there is an answer, a refusal or a fault", () => {
    const head = { index: 0, file: "a.jpg" };
    const answer = { model: "drawn", prediction_id: "p", image_id: "i", result: { class_name: "x", confidence: 0.5 } };
    expect(resultOf({ ...head, success: true, ...answer })).toMatchObject({
      className: "x",
      stored: true,
      error: null,
    });
    expect(resultOf({ ...head, success: true, refusal: { message: "dark" } }).refusal).toBe("dark");
    expect(resultOf({ ...head, success: false, error: { code: "c", detail: "broken" } }).error).toBe("broken");
  });
});
