// The sentences of messages, shared by list and page.
import { useSay } from "../words";
import type { Message } from "./api";

export function useMessageWords() {
  const say = useSay();
  const { t, of, time } = say;

  const kind = (m: Message) => t(`sms.kind.${m.kind}`);
  const to = (m: Message) => m.to || t(m.erased ? "message.to.erased" : "message.to.unread");
  /** What it is about, without where: that stands beside it. */
  const about = (m: Message) => (m.about.kind === "visit" ? t("message.about.visit", { day: say.day(m.day) }) : (m.about.label ?? ""));
  const place = (m: Message) => (m.window ? `${m.hall_name} ${t("common.window", { id: m.window })}` : m.hall_name);
  /** When it last moved. */
  const when = (m: Message) => time(m.arrived ?? m.sent ?? m.asked ?? m.queued);
  function state(m: Message) {
    const shapes = { doubtful: "attention", failed: "closed", dropped: "closed", waiting: "waiting", trying: "serving", sent: "", delivered: "" } as const;
    return { shape: shapes[m.state], text: t(`sms.state.${m.state}`) };
  }
  /** What happened, in a sentence. */
  function happened(m: Message): string {
    const values = { n: m.state === "waiting" || m.state === "failed" || m.state === "doubtful" ? m.try : Math.max(1, m.try), time: time((m.state === "waiting" ? m.due : (m.arrived ?? m.sent ?? m.asked)) ?? m.at) };
    return of(m.state === "waiting" && m.try > 0 ? "message.what.waiting.again" : `message.what.${m.state}`, values);
  }
  const why = (m: Message) => (m.state === "dropped" && m.dropped ? of(`sms.dropped.${m.dropped}`) : m.why ? of(`sms.why.${m.why}`) : "");
  return { ...say, kind, to, about, place, when, state, happened, why };
}
