// What people wrote about a repair, as papers in the order in which they were written.
import type { Day } from "../../shared/day";
import type { Topic } from "./acts";
import type { Repair, Round, Stamp } from "./api";

/** A part of a paper: as it was written, or a choice by the key of its words. */
export type Part = { label?: string } & ({ text: string } | { key: string });

/** One paper: its heading and the parts of its text. */
export interface Paper {
  topic: Topic;
  stamp: Stamp;
  title: string; // key
  values: Record<string, string>; // of the heading: keys, where they are none of {from, to, day}
  days?: Record<string, Day>; // the same, days
  parts: Part[];
}

const part = (text: string | undefined, label?: string) => (text ? [{ text, ...(label && { label }) }] : []);

/** The papers of one round. */
export function papersOfRound(round: Round): Paper[] {
  const papers: Paper[] = [];
  for (const c of round.calls) papers.push({ topic: "course", stamp: c, title: c.reached ? "repair.paper.called" : "repair.paper.unreached", values: {}, parts: part(c.said) });
  const f = round.finding;
  if (f) papers.push({ topic: "course", stamp: f, title: "repair.paper.finding", values: { result: `repair.result.${f.result}` }, parts: [...(f.mode ? [{ key: `repair.mode.${f.mode}` }] : []), ...part(f.note)] });
  for (const e of round.extensions) papers.push({ topic: "course", stamp: e, title: "repair.paper.extended", values: {}, days: { from: e.from, to: e.to }, parts: part(e.reason) });
  for (const a of round.answers) {
    papers.push({ topic: a.returned ? "course" : "answer", stamp: a, title: "repair.paper.answer", values: {}, parts: [...part(a.changed, "repair.field.changed"), ...part(a.reply, "repair.field.reply")] });
    if (a.returned) papers.push({ topic: "course", stamp: a.returned, title: "repair.paper.returned", values: {}, parts: part(a.returned.reason) });
  }
  const s = round.second;
  if (s) papers.push({ topic: "course", stamp: s, title: "repair.paper.second", values: {}, parts: [...(s.level ? [{ key: `level.${s.level}` }] : []), ...s.reasons.map((r) => ({ text: r.name })), ...part(s.words)] });
  return papers;
}

/** All papers of a repair: of the round that runs, and what is asked of the centre. */
export function papersOf(repair: Repair): Paper[] {
  const papers = papersOfRound(repair);
  const x = repair.exclusion;
  if (x) {
    papers.push({ topic: "exclusion", stamp: x, title: "repair.paper.exclusion", values: { why: `repair.why.${x.why}` }, parts: part(x.evidence) });
    if (x.decided) papers.push({ topic: "exclusion", stamp: x.decided, title: x.decided.yes ? "repair.paper.excluded" : "repair.paper.kept", values: {}, parts: part(x.decided.reason) });
  }
  for (const a of repair.appeals) {
    papers.push({ topic: "appeal", stamp: a, title: "repair.paper.appeal", values: { ground: `repair.ground.${a.ground}` }, days: { day: a.until }, parts: part(a.evidence) });
    if (a.decided) papers.push({ topic: "appeal", stamp: a.decided, title: a.decided.yes ? "repair.paper.upheld" : "repair.paper.rejected", values: {}, parts: part(a.decided.reason) });
  }
  return papers.map((paper, i) => ({ paper, i })).sort((a, b) => when(a.paper.stamp) - when(b.paper.stamp) || a.i - b.i).map(({ paper }) => paper);
}

const when = (s: Stamp) => Date.parse(s.at ?? s.on ?? "");
