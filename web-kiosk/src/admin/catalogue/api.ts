// Halls' catalogues in their versions:
//
//   GET  /api/catalogues                            Page<HallLine>
//   GET  /api/catalogues/{hall}                     Hall
//   GET  /api/catalogues/{hall}/{version}           Whole
//   POST /api/catalogues/{hall}/check    {text, content?}               Checked
//   POST /api/catalogues/{hall}/publish  {seen, text, content?, note}   {version}
import { get, post, type Answer, type Page } from "../api";

/** By which version an agent works, and why not by a newer one. */
export interface Run {
  agent: string;
  up: boolean;
  heard?: string;
  said: boolean; // it was heard since it was enrolled
  version: number; // 0: its own file
  refused?: number;
  why?: string;
  what?: string;
  passes?: boolean; // it is taken by itself when nobody needs what it leaves out
}

export interface HallLine {
  hall: string;
  name: string;
  place: string[];
  version: number; // the newest; 0: none was published
  at?: string;
  by?: string;
  agents: Run[];
  may_arrange: boolean;
  may_rule: boolean;
}

export interface Field { key: string; was: string[]; is: string[] }
export interface Change { part: string; kind: "added" | "removed" | "changed"; key?: string; name?: string; fields: Field[] }

export interface Version {
  version: number;
  at: string;
  by: string;
  note?: { words?: string; gone?: boolean };
  sha: string;
  in_force: boolean;
  changes: Change[]; // to the one before
}

export interface Hall extends HallLine { versions: Version[]; as_of: string }

// What of a catalogue forms know; the rest goes through them as it is.
export interface Unit { id: string; name: string }
export interface Service { letter: string; name: string; name_en?: string; daily?: number; wait_limit?: number }
export interface Situation { id: string; name: string; materials?: string[] }
export interface Item {
  code: string; name: string; name_en?: string; unit: string; service: string; kind?: string; legal?: number; promised?: number; trips?: number;
  delivers?: boolean; post?: boolean; basis?: string; fee?: string; fee_en?: string; fee_basis?: string;
  materials?: string[]; conditions?: string[]; procedure?: string[]; window_may?: string[]; situations?: Situation[];
  conditions_en?: string[]; procedure_en?: string[]; window_may_en?: string[];
}
export interface Window { id: string; floor: string; floor_en?: string; unit: string; services: string[]; staff?: string }
export interface Staff { badge: string; name: string; name_en?: string; unit: string; stand_in?: string }
export interface Content {
  hall: { id: string; name: string; hours?: string; hours_en?: string; closes?: string; notices?: string[]; notices_en?: string[] };
  units: Unit[] | null;
  services: Service[] | null;
  items: Item[] | null;
  windows: Window[] | null;
  staff: Staff[] | null;
}

export interface Whole extends Version { text: string; content: Content; to_newest: Change[] }

export interface Fault { line: number; text: string }
export interface Effect { code: string; key?: string; n?: number; message: string }

/** A draft with all that is to be said of it. */
export interface Checked {
  text: string;
  content?: Content; // left out where the text has faults
  faults: Fault[];
  changes: Change[]; // to the newest
  effects: Effect[];
  centre: boolean; // something in it is the centre's to decide
}

const at = (hall: string) => `/api/catalogues/${encodeURIComponent(hall)}`;

export const halls = (signal?: AbortSignal): Promise<Answer<Page<HallLine>>> => get("/api/catalogues", signal);
export const one = (hall: string, signal?: AbortSignal): Promise<Answer<Hall>> => get(at(hall), signal);
export const whole = (hall: string, version: number, signal?: AbortSignal): Promise<Answer<Whole>> => get(`${at(hall)}/${version}`, signal);

/** What is worked on: a text, and what forms made of it since. */
export interface Draft { text: string; content: Content | null }

const sent = (d: Draft) => ({ text: d.text, ...(d.content && { content: d.content }) });

export const check = (hall: string, d: Draft): Promise<Answer<Checked>> => post(`${at(hall)}/check`, sent(d));
export const publish = (hall: string, seen: number, d: Draft, note: string): Promise<Answer<{ version: number }>> => post(`${at(hall)}/publish`, { seen, ...sent(d), note });

/** A clerk with whether he has a PIN: GET /api/pins/{hall}, POST /api/pins/{hall}/{badge}/give {pin}, …/take {}, …/unlock {},
 *  …/code {} → OnceCode. code: until when his one-time code holds. */
export interface Pin { badge: string; name: string; unit: string; set?: string; code?: string; locked?: { since: string; until: string; window?: string } }
export interface OnceCode { code: string; until: string }

const ofPins = (hall: string, badge: string) => `/api/pins/${encodeURIComponent(hall)}/${encodeURIComponent(badge)}`;

export const pins = (hall: string, signal?: AbortSignal): Promise<Answer<Page<Pin>>> => get(`/api/pins/${encodeURIComponent(hall)}`, signal);
export const givePin = (hall: string, badge: string, pin: string): Promise<Answer<null>> => post(`${ofPins(hall, badge)}/give`, { pin });
export const takePin = (hall: string, badge: string): Promise<Answer<null>> => post(`${ofPins(hall, badge)}/take`, {});
export const unlockPin = (hall: string, badge: string): Promise<Answer<null>> => post(`${ofPins(hall, badge)}/unlock`, {});
export const codePin = (hall: string, badge: string): Promise<Answer<OnceCode>> => post(`${ofPins(hall, badge)}/code`, {});
