// What roles may do, as people read it: in groups, and what a change of role would give and take.
import type { Account, Act, Reach, Table } from "./api";

export interface Right { action: string; reach: Reach }

export const groups = ["board", "ratings", "repairs", "concerns", "inspections", "private", "figures", "house"] as const;
export type GroupName = (typeof groups)[number];

const families: Record<GroupName, string[]> = {
  board: ["account", "admin", "board"],
  ratings: ["ratings", "hotline"],
  repairs: ["repairs", "pressure", "appeals"],
  concerns: ["concerns"],
  inspections: ["inspections"],
  private: ["private", "messages"],
  figures: ["figures"],
  house: ["people", "policy", "calendar", "agents", "audit"],
};

/** The group that an action stands in; one of a family that is not known yet stands in the last. */
export function groupOf(action: string): GroupName {
  const family = action.split(".")[0] ?? "";
  return groups.find((g) => families[g].includes(family)) ?? "house";
}

/** What a role may do, in the order of the table. */
export function rightsOf(table: Table, role: string): Right[] {
  return table.actions.flatMap(({ action, reach }) => {
    const far = reach[role];
    return far ? [{ action, reach: far }] : [];
  });
}

/** Rights under their groups; groups without any are left out. */
export function grouped<R extends { action: string }>(rights: R[]): { group: GroupName; rights: R[] }[] {
  return groups.map((group) => ({ group, rights: rights.filter((r) => groupOf(r.action) === group) })).filter((g) => g.rights.length > 0);
}

/** What another role would give and take. A right that reaches otherwise is given and taken. */
export function differs(table: Table, from: string, to: string): { gains: Right[]; loses: Right[] } {
  const before = rightsOf(table, from);
  const after = rightsOf(table, to);
  const in_ = (all: Right[], r: Right) => all.some((o) => o.action === r.action && o.reach === r.reach);
  return { gains: after.filter((r) => !in_(before, r)), loses: before.filter((r) => !in_(after, r)) };
}

/** Roles that act for a unit must be given one; of a centre that decides it is where somebody came from. */
export const needsUnit = (role: string) => role === "handler" || role === "caller" || role === "staff";
export const mayHaveUnit = (role: string) => needsUnit(role) || role === "centre" || role === "supervisor";
export const needsBadge = (role: string) => role === "staff";

/** What can be done with an account now, besides its rights. */
export function actsOf(person: Account): Act[] {
  const acts: Act[] = [];
  if (person.locked) acts.push("unlock");
  acts.push("password");
  if (person.second_factor) acts.push("totp-reset");
  acts.push(person.disabled ? "enable" : "disable");
  return acts;
}

/** How an account stands: a word that somebody must act on has attention. */
export function standingOf(person: Account): { state: "disabled" | "locked" | "first" | "fine"; shape: "closed" | "attention" | "waiting" | "" } {
  if (person.disabled) return { state: "disabled", shape: "closed" };
  if (person.locked) return { state: "locked", shape: "attention" };
  if (person.first_password) return { state: "first", shape: "waiting" };
  return { state: "fine", shape: "" };
}
