// Appeals 申诉 (hub/internal/web/appeals.go): what a unit or a person who served has appealed against or still can.
//
//   GET /api/appeals?appeal=&q=&hall=&limit=&after=    Page<AppealRow>   whose account may open one
//   GET /api/repairs?appeal=&…                         Page<Row>         who decides them
//
// One of them is a repair, as far as its reader sees it: repairs/api.ts.
import type { Day } from "../../shared/day";
import { address, get, type Answer, type Page } from "../api";
import { limit, type AppealLine, type Row } from "../repairs/api";

/** A bad rating that can be appealed against, or was. */
export interface AppealRow extends Row {
  day?: Day; // of the service
  until?: Day; // this account can appeal; left out: it cannot
}

/** The lists: all, those that wait for a decision, those that are decided. */
export type View = "all" | "pending" | "decided";

export function list(opens: boolean, view: View, query: Record<string, string | undefined>, after: string, signal?: AbortSignal): Promise<Answer<Page<AppealRow>>> {
  return get(address(opens ? "/api/appeals" : "/api/repairs", { ...query, view: undefined, ...(view !== "all" && { appeal: view }), limit, after }), signal);
}

/** The lists that an account is offered: who decides begins with what waits for him, who appeals with what he can. */
export const viewsOf = (may: readonly string[]): View[] => (may.includes("appeals.open") ? ["all", "pending", "decided"] : ["pending", "decided"]);

/** Whether and how an appeal was decided: a word of its own for each. */
export const outcomeOf = (a: Pick<AppealLine, "decided" | "upheld">): "pending" | "upheld" | "rejected" => (!a.decided ? "pending" : a.upheld ? "upheld" : "rejected");
