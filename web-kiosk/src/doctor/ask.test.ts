import { expect, test } from "vitest";
import { joined, type PortView } from "./ask";

const port = (name: string, says: string): PortView => ({ port: name, ok: true, says });

test("what is known now takes the place of what was known, other ports stay", () => {
  expect(joined([port("a", "1"), port("b", "1")], [port("c", "2"), port("b", "2")])).toEqual([port("a", "1"), port("b", "2"), port("c", "2")]);
  expect(joined([], [port("a", "1")])).toEqual([port("a", "1")]);
});
