// Puts a floor of the hall on a drawing that is so many pixels wide: what is on it, and the part of a way that lies there.
import type { Floor, Spot, Stop } from "../shared/book";

export interface Dot { x: number; y: number }

export interface Mark extends Dot { text: string }

export interface Room extends Dot { id: string; width: number; height: number; visited: boolean; labelled: boolean }

export interface Drawing {
  width: number; height: number;
  rooms: Room[]; // windows
  paths: { d: string; later: boolean }[];
  marks: Mark[]; // numbers of stops
  here: Dot | null;
}

/** Pixels between two lines that go the same way, around the drawing, from mark to mark, and that a window's name needs. */
const beside = 8;
const edge = 12;
const apart = 56;
const label = 44;

export function draw(floor: Floor, stops: Stop[], here: Spot | null, pixels: number): Drawing {
  const scale = Math.max(pixels - 2 * edge, 1) / floor.width;
  const at = ([x, y]: [number, number], off = 0): Dot => ({ x: Math.round(edge + x * scale + off), y: Math.round(edge + y * scale + off) });
  const visited = new Set(stops.flatMap((s) => s.windows.filter((id) => floor.windows.some((w) => w.id === id && s.at && w.at.join() === s.at.at.join()))));
  const gap = nearest(floor.windows.map((w) => w.at)) * scale;
  const side = Math.min(Math.max(gap - 4, 8), 72);
  const rooms = floor.windows.map((w) => {
    const p = at(w.at);
    return { id: w.id, x: p.x - side / 2, y: p.y - 18, width: side, height: 36, visited: visited.has(w.id), labelled: side >= label || visited.has(w.id) };
  });
  const paths = stops.flatMap((stop, n) => stop.legs.filter((l) => l.floor === floor.name && l.spots.length > 1).map((l) => ({
    d: l.spots.map((s, i) => (({ x, y }) => `${i ? "L" : "M"}${x} ${y}`)(at(s, (n - (stops.length - 1) / 2) * beside))).join(""),
    later: n > 0 && n === stops.length - 1,
  })));
  const marks: Mark[] = [];
  stops.forEach((stop, n) => {
    if (stop.at?.floor !== floor.name) return;
    const p = at(stop.at.at);
    while (marks.some((m) => Math.abs(m.x - p.x) < apart && Math.abs(m.y - p.y) < apart / 2)) p.x += p.x > pixels / 2 ? -apart : apart;
    marks.push({ ...p, text: String(n + 1) });
  });
  return { width: pixels, height: Math.round(floor.depth * scale + 2 * edge), rooms, paths, marks, here: here?.floor === floor.name ? at(here.at) : null };
}

/** The least distance between two of these, along one wall. */
function nearest(spots: [number, number][]): number {
  let least = Infinity;
  spots.forEach((a, i) => spots.slice(i + 1).forEach((b) => {
    const far = Math.abs(a[0] - b[0]);
    if (Math.abs(a[1] - b[1]) < 2 && far > 0) least = Math.min(least, far);
  }));
  return least === Infinity ? 6 : least;
}

/** The floors that a way touches, in the order of the hall; all of them where it touches none. */
export function floorsOf(floors: Floor[], stops: Stop[], here: Spot | null): Floor[] {
  const names = new Set([...stops.flatMap((s) => [...s.legs.map((l) => l.floor), s.at?.floor]), here?.floor]);
  const touched = floors.filter((f) => names.has(f.name));
  return stops.length > 0 && touched.length > 0 ? touched : floors;
}
