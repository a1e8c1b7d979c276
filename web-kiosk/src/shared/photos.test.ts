import { expect, test } from "vitest";
import { fit, formOf } from "./photos";

test.each([
  [4000, 3000, 2048, { width: 2048, height: 1536 }],
  [3000, 4000, 2048, { width: 1536, height: 2048 }],
  [800, 600, 2048, { width: 800, height: 600 }], // none is made larger
  [10_000, 1, 2048, { width: 2048, height: 1 }], // no side goes to nothing
])("%i × %i in %i", (width, height, side, want) => expect(fit(width, height, side)).toEqual(want));

test("what is said comes first, then each photo under its name", () => {
  const form = formOf({ draft: "x" }, [{ name: "photo-1-aaaa", blob: new Blob(["1"]) }, { name: "photo-2-bbbb", blob: new Blob(["2"]) }]);
  expect([...form.keys()]).toEqual(["data", "photo-1-aaaa", "photo-2-bbbb"]);
  expect(form.get("data")).toBe('{"draft":"x"}');
});
