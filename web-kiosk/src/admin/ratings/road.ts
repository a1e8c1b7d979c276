// The road of a visit as a course: what happened, what is waited for.
import type { Level, Road } from "./api";

export type StepWhat = "opened" | "served" | "ended" | "missed" | "invited" | "not-invited" | "rated" | "rated-hidden" | "default" | "displaced" | "awaiting" | "open" | "repair" | "not-ratable";

export interface RoadStep { what: StepWhat; stands: "done" | "now" | "next"; at?: string; level?: Level }

/** From the call to what followed from the rating. What is not known when, has no time. */
export function stepsOf(road: Road): RoadStep[] {
  const steps: RoadStep[] = [];
  const done = (what: StepWhat, at?: string, level?: Level) => steps.push({ what, stands: "done", ...(at && { at }), ...(level && { level }) });
  if (road.opened) done("opened", road.opened);
  if (road.served) done("served", road.served);
  if (road.ended) done(road.outcome === "missed" ? "missed" : "ended", road.ended);
  if (road.ended && road.outcome === "finished" && road.state !== "not-ratable") done(road.invited ? "invited" : "not-invited");
  const given = road.state === "rated" ? road.at : undefined;
  if (road.entered && road.state !== "rated") done("default", road.entered.at, road.entered.level);
  if (given) done(road.level ? "rated" : "rated-hidden", given, road.level);
  if (road.entered?.displaced) done("displaced", road.entered.at, road.entered.level);
  if (road.repair) done("repair");
  switch (road.state) {
    case "open": steps.push({ what: "open", stands: "now" }); break;
    case "awaiting-agent": steps.push({ what: "awaiting", stands: "now" }); break;
    case "not-ratable": steps.push({ what: "not-ratable", stands: "done" }); break;
  }
  return steps;
}
