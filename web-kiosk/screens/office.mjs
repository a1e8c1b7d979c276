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
    return { ...row, id: `R-${2000 + n}`, number: `R-${2000 + n}`, due, due_today: n < 12, overdue: 0, frozen: false, waits: ["repair"], state: "repairing" };
  });
  return { ...page, rows, next: from < 100 ? String(from + 50) : "" };
}

const long = {
  item: "因国家重点工程建设征收土地引起的农村居民户口性质变更登记以及随迁子女入学资格审核一次办", unit_name: "自然资源和规划局不动产登记事务中心",
  hall_name: "青澜市经济技术开发区政务服务中心综合受理大厅（临时搬迁过渡期）",
};

const stretch = (one, times = 6) => ({ ...one, ...long, words: one.words?.repeat(times), calls: one.calls.map((c) => ({ ...c, said: c.said?.repeat(times) })) });

/** A limit of n working days from a day on, over feasts, as hall.Calendar.Count explains it. */
function counted(from, n, feasts = {}, unpublished = "9999") {
  const days = [{ day: from, why: "begins" }];
  for (let at = 0; at < n;) {
    const day = new Date(Date.parse(days.at(-1).day) + 86_400_000).toISOString().slice(0, 10);
    if (feasts[day]) days.push({ day, why: "holiday", name: feasts[day] });
    else if (new Date(day).getUTCDay() % 6 === 0) days.push({ day, why: "weekend" });
    else days.push({ day, n: ++at, why: day >= unpublished ? "unpublished" : "counted" });
  }
  return { from, due: days.at(-1).day, provisional: days.at(-1).day >= unpublished, unit: "working", days };
}
const deadlines = {
  over: () => counted("2026-11-02", 10),
  feast: () => counted("2026-11-10", 40, { "2026-11-23": "丰收节", "2026-11-24": "丰收节" }, "2027-01-01"),
};

/** What an act leaves behind, as far as pictures need it. */
function after(one, act, body) {
  const state = { assign: "assigned", accept: "closed", answer: "answered" }[act] ?? one.state;
  const answers = act === "answer" ? [{ at: one.as_of, by: "唐思源", changed: body.changed, reply: body.reply }] : one.answers;
  const steps = one.steps.map((s) => (s.stands === "now" ? { what: { answer: "answered", accept: "closed" }[act] ?? "verified", stands: "done", at: one.as_of, by: "唐思源" } : s));
  return { ...one, state, answers, steps, due_today: false, waits: state === "answered" ? ["accept"] : [], version: one.version + 1, may: [] };
}

/** The figures; by channel neither cases nor bookings can be counted. */
function figures(by) {
  const report = fixture("figures/fixtures/hall");
  if (by !== "channel") return report;
  const most = report.table.columns.findIndex((c) => c.key === "cases_received");
  const { columns, rows, total } = report.table;
  return { ...report, by, table: { ...report.table, columns: columns.slice(0, most), rows: rows.map((r) => r.slice(0, most)), total: total.slice(0, most) } };
}

/** What a scene answers: status and value. */
function answer(scene, method, url, body) {
  const who = scene.who ?? "handler";
  const side = who === "centre" ? "centre" : "unit";
  const path = url.pathname;
  if (path === "/api/me") return scene.me === "down" ? [503, {}] : [200, { ...fixture(`fixtures/me-${who}`), ...scene.account }];
  if (path === "/api/ratings" || path === "/api/figures") {
    if (scene.list === "down") return [503, { error: { code: "down", message: "中心的数据库正忙。请过一分钟再试；还不行，找机房。" } }];
    return [200, path === "/api/ratings" ? fixture("ratings/fixtures/list") : figures(url.searchParams.get("by"))];
  }
  if (path === "/api/ratings/choices" || path === "/api/figures/choices") return [200, fixture("ratings/fixtures/choices")];
  if (path === "/api/choices") return [200, fixture("fixtures/choices")];
  if (path === "/api/repairs/counts") return [200, repairs(`counts-${side}`)];
  if (path === "/api/repairs/bulk") {
    const made = repairs("bulk-preview");
    return [200, body.preview ? made : { ...made, preview: false, rows: made.rows.filter((r) => body.ids.some(({ id }) => id === r.id)) }];
  }
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
  const one = { ...(at[1] === "R-1126" ? repairs("one-decide") : repairs(scene.one === "anonymous" ? "one-anonymous" : `one-${side}`)), ...scene.change };
  if (deadlines[one.deadline]) one.deadline = deadlines[one.deadline]();
  if (method === "GET") return scene.one === "gone" ? [404, { error: { code: "nothing", message: "没有这一单，或者不归您看。" } }] : [200, scene.one === "long" ? stretch(one) : one];
  if (at[2] === "reveal") return [200, { value: body.what === "phone" ? "13812342046" : "陈秋芳", recorded: one.as_of }];
  switch (scene.act) {
    case "taken": return [409, repairs("taken")];
    case "refused": return [422, repairs("refused")];
  }
  return [200, after(one, at[2], body)];
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
