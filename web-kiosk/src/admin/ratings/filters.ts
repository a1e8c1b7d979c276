// What ratings can be narrowed to, of whom the list is for: who sees no level cannot ask for one, and what nobody gave came
// by no channel.
import type { Filter } from "../filters";
import type { Channel, Narrow } from "./api";

const channels: Channel[] = ["pad", "tablet", "qr", "kiosk", "web", "hotline", "sms", "sticker"];

/** The filters in their order; word says names of levels and channels. Days come last: they stay side by side. */
export function filtersOf(choices: Narrow, byDefault: boolean, word: (key: string) => string): Filter[] {
  const where: Filter[] = [
    { name: "hall", word: "ratings.filter.hall", kind: "halls" },
    { name: "unit", word: "ratings.filter.unit", kind: "choice", many: true, from: choices.units },
    { name: "window", word: "ratings.filter.window", kind: "choice", from: choices.windows },
    { name: "staff", word: "ratings.filter.staff", kind: "choice", from: choices.staff },
    { name: "item", word: "ratings.filter.item", kind: "choice", from: choices.items },
  ];
  const level: Filter = { name: "level", word: "ratings.filter.level", kind: "choice", many: true, from: [5, 4, 3, 2, 1].map((l) => ({ id: String(l), name: word(`level.${l}`) })) };
  const channel: Filter = { name: "channel", word: "ratings.filter.channel", kind: "choice", from: channels.map((id) => ({ id, name: word(`ratings.channel.${id}`) })) };
  const missing: Filter = { name: "missing", word: "ratings.filter.missing", kind: "flag" };
  const given: Filter[] = [
    ...(choices.level ? [level] : []), channel, { name: "named", word: "ratings.filter.named", kind: "flag" }, ...(choices.level ? [missing] : []),
    { name: "withheld", word: "ratings.filter.withheld", kind: "flag" }, { name: "excluded", word: "ratings.filter.excluded", kind: "flag" },
  ];
  return [...where, ...(byDefault ? [] : given), { name: "from", word: "ratings.filter.from", kind: "day" }, { name: "to", word: "ratings.filter.to", kind: "day" }];
}
