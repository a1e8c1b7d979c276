// What a version has otherwise, and what an agent runs, in words.
import { useSay } from "../words";
import type { Change, HallLine, Run } from "./api";

export interface Said { shape: "serving" | "waiting" | "attention" | "closed"; text: string }

export function useCatalogueWords() {
  const say = useSay();
  const { t, of, time } = say;

  /** 窗口 12, 人员 周敏 0317, 大厅 */
  const thing = (c: Change) => [of(`catalogue.part.${c.part}`), c.name, c.key].filter(Boolean).join(" ");
  const field = (key: string) => of(`catalogue.field.${key}`);

  /** 人员 2 处, 事项 1 处 */
  function sum(changes: Change[]): string {
    const n = new Map<string, number>();
    for (const c of changes) n.set(c.part, (n.get(c.part) ?? 0) + 1);
    return say.list([...n].map(([part, many]) => t("catalogue.sum", { part: of(`catalogue.part.${part}`), n: many })));
  }

  /** How an agent stands to the newest version. */
  function runs(r: Run, newest: number): Said {
    const now = r.version > 0 ? t("catalogue.runs", { n: r.version }) : t("catalogue.runs.own");
    if (!r.said) return { shape: "closed", text: t("catalogue.runs.never") };
    if (r.refused && r.refused > r.version) {
      const why = of(`catalogue.why.${r.why}`, { what: r.what ?? "" });
      return { shape: r.passes ? "waiting" : "attention", text: t(r.passes ? "catalogue.runs.waits" : "catalogue.runs.refuses", { now, n: r.refused, why }) };
    }
    if (!r.up) return { shape: "closed", text: t("catalogue.runs.away", { now, time: r.heard ? time(r.heard) : t("catalogue.never") }) };
    if (r.version < newest) return { shape: "waiting", text: t("catalogue.runs.soon", { now, n: newest }) };
    return { shape: "serving", text: now };
  }

  /** The worst of a hall's agents, for its line in the list. */
  function stands(h: HallLine): Said {
    const rank = ["serving", "closed", "waiting", "attention"];
    return h.agents.map((r) => runs(r, h.version)).sort((a, b) => rank.indexOf(b.shape) - rank.indexOf(a.shape))[0] ?? { shape: "closed", text: t("catalogue.runs.none") };
  }

  return { ...say, thing, field, sum, runs, stands };
}
