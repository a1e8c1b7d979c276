// A small hall: two queues, a handful of items.
import type { Book, Item, Situation, Stop } from "../shared/book";
import type { TakeService } from "../shared/desk";

export const queue = (letter: string, change: Partial<TakeService> = {}): TakeService =>
  ({ letter, name: letter, waiting: 3, p50: 10, p90: 20, staffed: true, full: false, windows: ["12"], floor: "一楼", ...change });

export const stop = (letter: string, change: Partial<Stop> = {}): Stop =>
  ({ letter, windows: ["12"], floor: "一楼", do: "办理", at: { floor: "一楼", at: [4, 2] }, legs: [], ...change });

export const situation = (letter: string, stops: Stop[] = [stop(letter)], id = ""): Situation => ({ id, name: id, letter, materials: [], stops });

export const item = (code: string, name = code, name_en = "", unit = "police", situations = [situation(code.charAt(0))]): Item =>
  ({ code, name, name_en, unit, letter: code.charAt(0), conditions: [], procedure: [], window_may: [], questions: [], situations });

export const book: Book = {
  version: "1", hall: { id: "h", name: "大厅" }, hours: "", classes: [], cases: 5, floors: [], here: null, here_name: "",
  units: [{ id: "police", name: "市公安局", name_en: "Public Security Bureau" }, { id: "bank", name: "银行", name_en: "Bank" }],
  items: [
    item("A01", "居民身份证补领", "Replacement of an identity card"), item("A02", "居民身份证到期换领", "Renewal of an identity card"),
    item("A03", "新生儿落户", "Registration of a newborn"), item("B01", "银行账户备案", "Bank account", "bank"), item("B02", "重名核查", "Search for a name"),
    item("B03", "异地就医备案", "Registration for treatment elsewhere"), item("B04", "住房公积金提取", "Housing fund"),
  ],
};
