// What a list is asked for stands in the address: a reload, a colleague and the way back see the same. Sets that are used
// again and again are kept in this browser, for each account apart.
import type { LocationQuery } from "vue-router";
import type { Word } from "../shared/i18n";
import type { Choice } from "./api";

/** One thing a list can be filtered by. Its name is that in the address, at the hub and here. */
export type Filter = { name: string; word: Word } & (
  | { kind: "search"; hint?: Word }
  | { kind: "choice"; many?: boolean; from: "units" | "items" | "reasons" | Choice[] } // ids, comma separated
  | { kind: "halls" } // ids and places, see places.ts
  | { kind: "flag" } // 1 or nothing
  | { kind: "day" }
);

export type Values = Record<string, string>;

/** What the address says of the filters and the view; everything else in it is none of ours. */
export function valuesOf(query: LocationQuery, filters: Filter[]): Values {
  const values: Values = {};
  for (const name of ["view", ...filters.map((f) => f.name)]) {
    const value = query[name];
    if (typeof value === "string" && value !== "") values[name] = value;
  }
  return values;
}

/** Values with some changed; empty ones are left out. */
export function changed(values: Values, change: Values): Values {
  return Object.fromEntries(Object.entries({ ...values, ...change }).filter(([, value]) => value !== ""));
}

/** How many filters are set, the view aside. */
export function countOf(values: Values): number {
  return Object.keys(values).filter((name) => name !== "view").length;
}

export const idsOf = (value = ""): string[] => value.split(",").filter(Boolean);

/** A set of filters under a name that its user gave it. */
export interface Saved { name: string; values: Values }

const most = 20;

type Store = Pick<Storage, "getItem" | "setItem">;
const place = (account: string, page: string) => `hallpulse.filters.${account}.${page}`;

/** The sets that this account has kept for a page, oldest first. What cannot be read is none. */
export function savedOf(store: Store, account: string, page: string): Saved[] {
  try {
    const found: unknown = JSON.parse(store.getItem(place(account, page)) ?? "[]");
    return Array.isArray(found) ? found.filter(isSaved) : [];
  } catch {
    return [];
  }
}

/** Keeps a set; one of the same name is replaced where it stood. It returns all, the newest twenty at most. */
export function save(store: Store, account: string, page: string, set: Saved): Saved[] {
  const before = savedOf(store, account, page);
  const at = before.findIndex((s) => s.name === set.name);
  const all = at < 0 ? [...before, set] : before.map((s, i) => (i === at ? set : s));
  return keep(store, account, page, all.slice(-most));
}

export function forget(store: Store, account: string, page: string, name: string): Saved[] {
  return keep(store, account, page, savedOf(store, account, page).filter((s) => s.name !== name));
}

function keep(store: Store, account: string, page: string, all: Saved[]): Saved[] {
  try {
    store.setItem(place(account, page), JSON.stringify(all));
  } catch {
    // A browser that keeps nothing still filters.
  }
  return all;
}

function isSaved(value: unknown): value is Saved {
  const s = value as Saved | null;
  return typeof s?.name === "string" && typeof s.values === "object" && Object.values(s.values).every((v) => typeof v === "string");
}
