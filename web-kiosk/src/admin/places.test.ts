import { expect, test } from "vitest";
import { choiceOf, found, hallsOf, nameOf, partOf, toggled, treeOf, type Place } from "./places";

const halls = [
  { id: "city", name: "市政务服务大厅", place: "江南省/青澜市" },
  { id: "baiyang", name: "白杨镇便民服务中心", place: "江南省/青澜市/白杨镇" },
  { id: "liu", name: "柳村代办点", place: "江南省/青澜市/白杨镇/柳村" },
  { id: "shiqiao", name: "石桥镇便民服务中心", place: "江南省/青澜市/石桥镇" },
];
const tree = treeOf(halls);
const town = "江南省/青澜市/白杨镇/";
const baiyang = tree[1] as Place;

test("the tree begins where the halls part", () => {
  expect(tree.map((p) => p.name)).toEqual(["市政务服务大厅", "白杨镇", "石桥镇"]);
  expect(treeOf(halls.slice(0, 1))).toEqual([{ id: "city", name: "市政务服务大厅" }]);
});

test("a whole branch is said by its place, a part of it by its halls", () => {
  expect(choiceOf(tree, new Set(["baiyang", "liu"]))).toEqual([town]);
  expect(choiceOf(tree, new Set(["liu", "city"]))).toEqual(["city", `${town}柳村/`]);
});

test("what was said means its halls again", () => {
  expect(hallsOf(tree, new Set([town, "city"]))).toEqual(["city", "baiyang", "liu"]);
  expect(hallsOf(tree, new Set())).toEqual([]);
});

test("one hall less leaves the others of its place", () => {
  const liu = baiyang.children?.find((p) => p.name === "柳村") as Place;
  expect(toggled(tree, [town], liu, false)).toEqual(["baiyang"]);
  expect(toggled(tree, ["baiyang"], liu, true)).toEqual([town]);
  expect(toggled(tree, ["baiyang", "city"], baiyang, false)).toEqual(["city"]);
});

test("a branch is checked, half checked or not", () => {
  expect(["baiyang,liu", "liu", "city"].map((ids) => partOf(baiyang, new Set(ids.split(","))))).toEqual(["all", "some", "none"]);
});

test("typing finds a name and what leads to it", () => {
  expect(found(tree, "柳村代办")).toEqual([{ id: town, name: "白杨镇", children: [{ id: `${town}柳村/`, name: "柳村", children: [{ id: "liu", name: "柳村代办点" }] }] }]);
  expect(found(tree, "白杨镇").map((p) => p.name)).toEqual(["白杨镇"]);
  expect(found(tree, "没有")).toEqual([]);
});

test("places and halls have names", () => {
  expect([nameOf(tree, town), nameOf(tree, "liu"), nameOf(tree, "gone")]).toEqual(["白杨镇", "柳村代办点", ""]);
});
