// Who may sign in, and what each may do:
//
//   GET  /api/people?q=&role=&unit=&limit=&after=   Page<Person>
//   POST /api/people                  Rights        Given
//   GET  /api/people/{name}                         Person
//   POST /api/people/{name}/role      Rights        Person
//   POST /api/people/{name}/{act}     {seen}        Given (act: password) or Person
//   GET  /api/roles                                 Table
import { address, get, post, type Answer, type Page } from "../api";
import type { Values } from "../filters";

/** An account as who keeps accounts sees it: nothing in it opens anything. */
export interface Account {
  name: string; // it signs in with
  display: string; // of the person
  role: string;
  unit?: string; // id
  badge?: string;
  places: string[]; // paths such as 江南省/青澜市; none: all
  halls: string[]; // ids; none: all of its places
  disabled: boolean;
  locked: boolean;
  first_password: boolean; // one that another gave
  second_factor: boolean;
  second_required: boolean;
  added: string;
  signed_in?: string; // last; left out: never
  version: number;
  changed?: string;
  changed_by?: string;
}

export interface Person extends Account { id: string }

/** What an account is to be. */
export interface Rights { name: string; display: string; role: string; unit: string; badge: string; places: string[]; halls: string[] }

/** An account and, this once, its new password. */
export type Given = Person & { password?: string };

export type Act = "disable" | "enable" | "unlock" | "totp-reset" | "password";

/** The table of rights: of each action who may do it, and how far. Who is not named may not. */
export interface Table {
  roles: string[];
  actions: { action: string; reach: Record<string, Reach> }[];
  second_factor: string[]; // roles that do not come in without
}

export type Reach = "own" | "unit" | "hall" | "place" | "all";

const named = <A extends Account>(answer: Answer<A>): Answer<A & { id: string }> => (answer.ok ? { ok: true, value: { ...answer.value, id: answer.value.name } } : answer);
const at = (name: string) => `/api/people/${encodeURIComponent(name)}`;

export async function list(values: Values, after: string, signal?: AbortSignal): Promise<Answer<Page<Person>>> {
  const answer = await get<Page<Account>>(address("/api/people", { ...values, limit: 50, after }), signal);
  return answer.ok ? { ok: true, value: { ...answer.value, rows: answer.value.rows.map((a) => ({ ...a, id: a.name })) } } : answer;
}

export async function one(name: string, signal?: AbortSignal): Promise<Answer<Person>> {
  return named(await get<Account>(at(name), signal));
}

export async function make(rights: Rights): Promise<Answer<Given>> {
  return named(await post<Account & { password?: string }>("/api/people", rights));
}

export async function change(seen: number, rights: Rights): Promise<Answer<Given>> {
  return named(await post<Account>(`${at(rights.name)}/role`, { ...rights, seen }));
}

export async function act(name: string, what: Act, seen: number): Promise<Answer<Given>> {
  return named(await post<Account & { password?: string }>(`${at(name)}/${what}`, { seen }));
}

export function table(signal?: AbortSignal): Promise<Answer<Table>> {
  return get("/api/roles", signal);
}
