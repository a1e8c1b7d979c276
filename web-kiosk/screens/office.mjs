// A hub made of fixtures, for pictures of the admin pages: the built pages under the hub's own content policy, and answers
// that the cookie `scene` chooses. Its clock stands at 10:42 on 18 November 2026.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const kinds = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

/** The policy that the hub sends, read from its source: the pages are tried under no other. */
function policy() {
  const source = readFileSync(join(root, "../hub/internal/web/office.go"), "utf8");
  const found = /^const policy = ((?:"[^"]*"(?:\s*\+\s*)?)+)/m.exec(source);
  if (!found) throw new Error("office.mjs: no content policy in hub/internal/web/office.go");
  return [...found[1].matchAll(/"([^"]*)"/g)].map((m) => m[1]).join("");
}

const fixture = (name) => JSON.parse(readFileSync(join(root, "src/admin", `${name}.json`), "utf8"));
const repairs = (name) => fixture(`repairs/fixtures/${name}`);

/** Many rows: those of the list again and again, each day a few. */
function many(page, after) {
  const from = Number(after || 0);
  const rows = Array.from({ length: 50 }, (_, i) => {
    const n = from + i;
    const row = page.rows[n % page.rows.length];
    const due = new Date(Date.parse("2026-11-18") + Math.floor(n / 12) * 86_400_000).toISOString().slice(0, 10);
    return { ...row, id: `r-${2000 + n}`, number: `R-${2000 + n}`, due, due_today: n < 12, overdue: 0, frozen: false, state: row.state === "answered" ? "repairing" : row.state };
  });
  return { ...page, rows, next: from < 100 ? String(from + 50) : "" };
}

const long = {
  item: "因国家重点工程建设征收土地引起的农村居民户口性质变更登记以及随迁子女入学资格审核一次办", unit_name: "自然资源和规划局不动产登记事务中心",
  hall_name: "青澜市经济技术开发区政务服务中心综合受理大厅（临时搬迁过渡期）",
};

function stretch(value, times = 6) {
  const texts = Object.fromEntries(Object.entries(value.texts ?? {}).map(([k, v]) => [k, typeof v === "string" ? v.repeat(times) : v]));
  return { ...value, ...long, texts, calls: value.calls?.map((c) => ({ ...c, said: c.said?.repeat(times) })) };
}

/** A limit of n working days from a day on, over feasts, as hall.Calendar.Count explains it. */
function counted(from, n, feasts = {}, unpublished = "9999") {
  const days = [{ day: from, why: "begins" }];
  for (let at = 0; at < n;) {
    const day = new Date(Date.parse(days.at(-1).day) + 86_400_000).toISOString().slice(0, 10);
    if (feasts[day]) days.push({ day, why: "holiday", name: feasts[day] });
    else if (new Date(day).getUTCDay() % 6 === 0) days.push({ day, why: "weekend" });
    else days.push({ day, n: ++at, why: day >= unpublished ? "unpublished" : "counted" });
  }
  return { from, due: days.at(-1).day, provisional: days.at(-1).day >= unpublished, days };
}
const deadlines = {
  over: () => counted("2026-11-02", 10),
  feast: () => counted("2026-11-10", 40, { "2026-11-23": "丰收节", "2026-11-24": "丰收节" }, "2027-01-01"),
};

/** What a scene answers; undefined: nothing is there. */
function answer(scene, method, url, body) {
  const who = scene.who ?? "handler";
  const side = who === "centre" ? "centre" : "unit";
  const path = url.pathname;
  if (path === "/api/me") return scene.me === "down" ? [503, {}] : [200, { ...fixture(`fixtures/me-${who}`), ...scene.account }];
  if (path === "/api/choices") return [200, fixture("fixtures/choices")];
  if (path === "/api/repairs/views") return [200, repairs(`views-${side}`)];
  if (path === "/api/repairs") {
    const page = repairs(`list-${side}`);
    switch (scene.list) {
      case "down": return [503, { error: { code: "down", message: "中心的数据库正忙。请过一分钟再试；还不行，找机房。" } }];
      case "empty": return [200, { ...page, rows: [] }];
      case "many": return [200, many(page, url.searchParams.get("after"))];
      case "long": return [200, { ...page, rows: page.rows.map((r) => ({ ...r, ...long })) }];
    }
    const view = url.searchParams.get("view");
    const rows = side === "unit" && view === "todo" ? page.rows.filter((r) => !r.frozen && r.state !== "answered") : view === "assign" ? page.rows.filter((r) => r.state === "open") : page.rows;
    return [200, { ...page, rows }];
  }
  const at = /^\/api\/repairs\/([^/]+)(?:\/([\w-]+))?$/.exec(path);
  if (!at) return [404, { error: { code: "nothing", message: "没有这一页。" } }];
  const one = { ...(at[1] === "r-1126" ? repairs("one-decide") : repairs(`one-${side}`)), ...scene.change };
  if (deadlines[one.deadline]) one.deadline = deadlines[one.deadline]();
  if (method === "GET") return scene.one === "forbidden" ? [403, { error: { code: "forbidden", message: "这一单归市场监管局，您是市公安局经办。" } }] : [200, scene.one === "long" ? stretch(one) : one];
  if (at[2] === "reveal") return [200, { value: body.what === "phone" ? "13812342046" : "陈秋芳", recorded: one.as_of }];
  if (body.dry && at[1] === "r-1135") return [409, { error: { code: "taken", message: "高静仪在 10:40 已经派给公积金中心。", by: "高静仪", at: one.as_of, what: "assign" } }];
  switch (scene.act) {
    case "taken": return [409, repairs("taken")];
    case "refused": return [422, repairs("refused")];
  }
  const row = repairs(`list-${side}`).rows.find((r) => r.id === at[1]) ?? one;
  const after = { ...{ assign: { state: "assigned" }, close: { state: "closed", ended: "2026-11-18" }, answer: { state: "answered", due_today: false } }[at[2]] };
  if (at[2] === "answer") Object.assign(after, { answers: [{ at: one.as_of, by: "唐思源", done: body.done, reply: body.reply }] });
  return [200, { ...one, ...row, ...after, unit_name: row.unit_name || one.unit_name, version: one.version + 1, may: [], steps: one.steps.map((s) => (s.stands === "now" ? { ...s, stands: "done", at: one.as_of } : s)) }];
}

/** Serves until close() is called; the address is that of the pages. */
export async function serve() {
  const csp = policy();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://127.0.0.1");
    const cookie = /scene=([^;]+)/.exec(request.headers.cookie ?? "");
    const scene = cookie ? JSON.parse(decodeURIComponent(cookie[1])) : {};
    response.sendDate = false;
    response.setHeader("Date", "Wed, 18 Nov 2026 02:42:10 GMT");
    response.setHeader("Content-Security-Policy", csp);
    let body = "";
    for await (const part of request) body += part;
    if (url.pathname.startsWith("/api/")) {
      if (scene.slow && !url.pathname.endsWith("/me")) return; // nobody answers
      if (scene.gone && request.method === "POST") return void request.socket.destroy();
      const [status, value] = answer(scene, request.method, url, body ? JSON.parse(body) : {});
      response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
      return;
    }
    const file = url.pathname.startsWith("/assets/") ? join(root, "dist", url.pathname) : join(root, "dist/admin.html");
    response.writeHead(200, { "Content-Type": kinds[extname(file)] ?? "application/octet-stream" }).end(readFileSync(file));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => (server.closeAllConnections(), new Promise((gone) => server.close(gone))),
  };
}
