// Looks at the office's admin pages in every state, on fixtures: node screens/admin.mjs [FOLDER] [PART OF A NAME]. The
// pictures go to FOLDER; what axe finds, what lies off the screen and what the pages report is said, and fails.
import { mkdirSync } from "node:fs";
import { hear, inTurn, launch, open, shoot } from "./browser.mjs";
import { serve } from "./office.mjs";

const [out = "looks", only = ""] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const list = "/admin/repairs";
const one = "/admin/repairs/R-1107";
const fill = (page, label, text) => page.getByLabel(label).fill(text);
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

const frozenCourse = [
  { what: "opened", stands: "done", at: "2026-11-04T14:05:12+08:00", by: "系统" }, { what: "assigned", stands: "done", at: "2026-11-04T14:20:00+08:00", by: "高静仪", to: "市公安局" },
  { what: "signed", stands: "done", at: "2026-11-04T15:05:00+08:00", by: "唐思源" }, { what: "frozen", stands: "done", at: "2026-11-16T09:12:00+08:00", by: "高静仪" }, { what: "looking", stands: "now" },
];

// Each: name, address, scene, and what is done before the picture is taken.
const looks = [
  ["list-unit", list],
  ["list-unit-en", `${list}?lang=en`],
  ["list-centre", list, { who: "centre" }],
  ["list-centre-running", `${list}?view=running`, { who: "centre" }],
  ["list-centre-en", `${list}?view=running&lang=en`, { who: "centre" }],
  ["list-many", list, { list: "many" }, async (page) => { await page.locator("[data-row]").first().waitFor(); await press(page, "再看 50 条"); await page.getByText("已列 100 条").waitFor(); await page.locator("[data-row]").nth(30).scrollIntoViewIfNeeded(); }],
  ["list-long", list, { who: "centre", list: "long" }],
  ["list-empty", list, { list: "empty" }],
  ["list-filtered-empty", `${list}?q=护照`, { list: "empty" }],
  ["list-loading", list, { slow: true }, (page) => page.locator(".bones").waitFor()],
  ["list-error", list, { list: "down" }],
  ["list-stale", list, {}, async (page) => { await page.locator("[data-row]").first().waitFor(); await scene(page, { list: "down" }); await press(page, "刷新"); await page.locator(".stale").waitFor(); }],
  ["list-choose", list, { who: "centre" }, async (page) => { await press(page, "筛选"); await page.locator(".choose button").first().click(); await page.locator(".choose li label").nth(2).click(); }],
  ["list-halls", list, { who: "centre" }, async (page) => { await press(page, "筛选"); await page.locator(".choose button").nth(1).click(); await page.getByLabel("柳村代办点").check(); }],
  ["list-saved", `${list}?q=户口&named=1`, {}, async (page) => { await press(page, "常用筛选"); await fill(page, "给现在的筛选起个名", "实名的户口"); await press(page, "存下"); }],
  ["list-focus", list, {}, async (page) => { await page.locator("[data-row]").first().waitFor(); await page.keyboard.press("j"); await page.keyboard.press("j"); }],
  ["list-keys", list, {}, async (page) => { await page.locator("[data-row]").first().waitFor(); await page.keyboard.press("?"); await page.locator("dialog").waitFor(); }],
  ["list-bulk", list, { who: "centre" }, async (page) => { await page.getByLabel("全选").check(); await press(page, "按系统提的单位派单"); await page.locator("tr.cannot").waitFor(); await page.locator("tr.can").first().waitFor(); }],
  ["list-bulk-done", list, { who: "centre" }, async (page) => { await page.getByLabel("全选").check(); await press(page, "按系统提的单位派单"); await page.locator("tr.can").first().waitFor(); await page.locator("dialog .primary:enabled").click(); await page.locator("tr.done").first().waitFor(); }],
  ["menu-more", list, { who: "centre" }, async (page) => { await page.locator("[data-row]").first().waitFor(); await press(page, "更多"); }],
  ["me-error", list, { me: "down" }],
  ["me-closed", list, { account: { may: [] } }],
  ["nowhere", "/admin/nothing"],
  ["work", one],
  ["work-en", `${one}?lang=en`],
  ["work-many", one, { list: "many" }],
  ["work-long", one, { one: "long", list: "long" }],
  ["work-loading", one, { slow: true }, (page) => page.locator("main .bones").waitFor()],
  ["work-gone", one, { one: "gone" }],
  ["work-anonymous", one, { one: "anonymous", change: { reasons: [], reason_missing: true } }],
  ["work-verify", one, { change: { state: "verifying", waits: ["verify"], may: ["verify", "propose-exclusion", "appeal"], finding: null, due: "2026-11-26", due_today: false } }, async (page) => { await page.getByLabel("部分属实").check(); }],
  ["work-call", one, { who: "caller", change: { state: "verifying", waits: ["call", "verify"], may: ["call"], calls: [], finding: null, callback: "due", rater: { name: "陈*芳", phone: "138****2046", may_reveal: true } } }],
  ["work-sign", one, { change: { state: "assigned", waits: ["sign"], may: ["sign"], calls: [], finding: null } }],
  ["work-extend", one, {}, async (page) => { await press(page, "申请延期"); await page.locator("fieldset label").nth(4).click(); await fill(page, "理由", "系统升级排在下周，清单要等升级后才能印。"); }],
  ["work-exclude", one, {}, (page) => press(page, "提请认定误评")],
  ["work-revealed", one, { who: "centre" }, async (page) => { await page.getByRole("button", { name: "显示号码（会记录）" }).click(); await page.waitForTimeout(200); await shootMore(page, "work-purpose"); await press(page, "回访"); await page.getByText("13812342046").waitFor(); }],
  ["work-lacks", one, {}, (page) => press(page, "发出答复")],
  ["work-sure", one, {}, async (page) => { await answer(page); await press(page, "发出答复"); }],
  ["work-refused", one, { act: "refused" }, sent],
  ["work-taken", one, { act: "taken" }, async (page) => { await sent(page); await page.locator("dialog").waitFor(); }],
  ["work-unsent", one, { gone: true }, sent],
  ["work-done", one, {}, async (page) => { await sent(page); await page.getByText("答复已发出").first().waitFor(); }],
  ["work-overdue", one, { change: { overdue: 2, due_today: false, due: "2026-11-16", may: ["answer", "propose-exclusion"], deadline: "over", limits: { text: 2000, sms: true } } }],
  ["work-frozen", one, { change: { frozen: true, waits: ["thaw"], may: [], rater: null, words: null, steps: frozenCourse } }],
  ["work-feast", one, { change: { deadline: "feast", due: "2027-01-06", due_today: false, provisional: true } }],
  ["work-centre", one, { who: "centre" }],
  ["work-decide", "/admin/repairs/R-1126", { who: "centre" }],
  ["work-decide-en", "/admin/repairs/R-1126?lang=en", { who: "centre" }],
  ["work-pressure", one, { who: "centre", change: { state: "repairing", answers: [], frozen: true, waits: ["thaw"], steps: frozenCourse, pressure: [{ at: "2026-11-16T09:10:00+08:00", by: "群众本人", why: "pressure", text: "评完第二天有人打电话让我改，说不改以后办事麻烦。" }], may: ["thaw"] } }],
  ["work-print", one, {}, async (page) => { await page.emulateMedia({ media: "print" }); await page.setViewportSize({ width: 720, height: 1020 }); }],
];
// Pages that read: what is narrowed, ranked, and old.
const reads = { who: "centre", account: { may: ["admin.open", "ratings.list", "ratings.level", "figures.read", "figures.export", "hotline.rate"] } };
looks.push(
  ["ratings-narrowed", "/admin/ratings", reads, (page) => press(page, "筛选")],
  ["ratings-en", "/admin/ratings?lang=en", reads],
  ["figures", "/admin/figures?by=hall", reads],
  ["figures-repairs-en", "/admin/figures?by=hall&part=repairs&lang=en", reads],
  ["figures-cases", "/admin/figures?by=hall&part=cases", reads],
  ["figures-cases-en", "/admin/figures?by=hall&part=cases&lang=en", reads, (page) => page.locator("summary").click()],
  ["figures-speed", "/admin/figures?by=hall&part=speed", reads],
  ["figures-bookings", "/admin/figures?by=hall&part=bookings", reads],
  ["figures-uncounted", "/admin/figures?by=channel&part=cases", reads],
  ["figures-ranked", "/admin/figures?by=hall&part=rank", reads],
  ["figures-stale", "/admin/figures?by=hall", reads, async (page) => { await page.locator("tfoot").waitFor(); await scene(page, { ...reads, list: "down" }); await press(page, "刷新"); await page.locator(".stale").waitFor(); }],
  ["hotline-en", "/admin/hotline?lang=en", reads],
);
const wide = ["list-unit", "list-centre-running", "work", "work-centre"];

/** A picture on the way to another. */
async function shootMore(page, name) {
  await shoot(page, `${out}/${name}.png`);
}

async function scene(page, value) {
  await page.context().addCookies([{ name: "scene", value: encodeURIComponent(JSON.stringify(value)), url: office.url }]);
}
async function answer(page) {
  await fill(page, "改了什么", "取号票加印材料清单；相片回执改由系统调取。责任人：吴岚，11月9日已改。");
  await fill(page, "给群众的答复", "您反映的两件事我们核实了。材料清单从 11月9日起在取号票上印出；相片回执改为系统直接调取，不再重复收。给您添麻烦了。");
}
async function sent(page) {
  await answer(page);
  await press(page, "发出答复");
  await press(page, "确定发出答复");
  await page.locator(".fault, dialog, [aria-invalid], .acts-of > p").first().waitFor();
}

const wrong = [];
const office = await serve();
const browser = await launch();

async function take(page, look, say) {
  hear(page, say, /status of (403|404|409|422|503)|ERR_EMPTY_RESPONSE/);
  await scene(page, look.scene);
  await open(page, office.url + look.path, say);
  if (!look.scene.slow) await page.locator("[data-row], .notice, main h1").first().waitFor();
  if (look.path.includes("/R-") && !look.scene.slow) await page.locator("main h1, main .notice").first().waitFor();
  await look.act?.(page);
  await page.waitForTimeout(350); // what comes late has come
}

const sized = looks.flatMap(([name, path, scene = {}, act]) => [
  { name, path, scene, act, width: 1366, height: 768 },
  ...(wide.includes(name) ? [{ name: `${name}-1920`, path, scene, act, width: 1920, height: 1080 }] : []),
]).filter((look) => look.name.includes(only));
await inTurn(browser, { looks: sized, out, all: true }, take, wrong);
await browser.close();
await office.close();
for (const said of wrong) console.error(said);
console.log(`${sized.length} pictures in ${out}`);
process.exitCode = wrong.length ? 1 : 0;
