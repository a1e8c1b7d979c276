// What all takers of pictures share: the browser, one picture of a page, and what is wrong with that page.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The one without windows takes a third less of a processor for the same picture. */
const shipped = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? shipped.find(existsSync),
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** In the page: what lies beyond the edges and could not be scrolled to. */
function offScreen() {
  const held = (e) => e !== document.body && e !== document.documentElement && e !== null && (getComputedStyle(e).overflow !== "visible" || held(e.parentElement));
  return [...document.body.querySelectorAll("*")]
    .filter((e) => {
      const r = e.getBoundingClientRect();
      return r.width > 0 && r.height > 0 && (r.right > innerWidth + 1 || r.bottom > innerHeight + 1) && !held(e.parentElement);
    })
    .map((e) => `${e.tagName.toLowerCase()}.${e.className}`);
}

/** Under load Chromium now and then has no frame to give: it is asked again. */
export async function shoot(page, path) {
  for (let left = 4; ; left--) {
    try {
      return await page.screenshot({ path });
    } catch (error) {
      if (left === 0) throw error;
      await page.waitForTimeout(500);
    }
  }
}

/** Tells say what the page itself reports as an error, but for answers whose status is in expected. The page before may still speak until this one is there. */
export function hear(page, say, expected = /status of (409|503)/) {
  let here = false;
  page.on("framenavigated", () => (here = true));
  page.on("pageerror", (error) => here && say(String(error)));
  page.on("console", (message) => {
    if (here && message.type() === "error" && !expected.test(message.text())) say(message.text());
  });
}

/** Opens the page at url. */
export async function open(page, url, say) {
  const answer = await page.goto(url);
  if (!answer.ok()) say(`answered with ${answer.status()}`);
}

/** Documents that axe has judged: the same one on another screen has the same roles, names and colours. */
const judged = new Set();

/** Tells say what lies off the screen and what axe finds, when fonts and images are there. */
async function judge(page, say) {
  await page.evaluate(() => document.fonts.ready);
  await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode())));
  for (const lost of await page.evaluate(offScreen)) say(`lies off the screen: ${lost}`);
  const document = await page.content();
  if (judged.has(document)) return;
  judged.add(document);
  const violations = await page.evaluate(async () => (await globalThis.axe.run({ resultTypes: ["violations"] })).violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`));
  for (const violation of violations) say(violation);
}

/** A page that nobody looked at yet. It has axe from the start: the engine keeps what it compiled from one document to the next. */
async function fresh(browser) {
  const context = await browser.newContext({ reducedMotion: "reduce" });
  await context.addInitScript({ content: axe });
  return context.newPage();
}

/** Makes a page one that nobody looked at, but for what the browser loaded: nothing listens, nothing is remembered. */
async function forget(page) {
  for (const event of ["framenavigated", "pageerror", "console"]) page.removeAllListeners(event);
  await page.evaluate(() => (localStorage.clear(), sessionStorage.clear()));
  await page.context().clearCookies();
  await page.emulateMedia({ media: null });
  await page.mouse.move(0, 0);
}

/**
 * Looks at one after the other of looks, two at a time: take brings its page there, then it is judged, and what is wrong is
 * told in wrong. Pictures go to out: of every look if all, else of those with which something is wrong. The next look has
 * the page of the one before, unless that one is spoilt: it failed, or says that it leaves traces.
 */
export async function inTurn(browser, { looks, out, all }, take, wrong) {
  const left = [...looks];
  await Promise.all([1, 2].map(async () => {
    let page;
    for (let look; (look = left.shift()); ) {
      page ??= await fresh(browser);
      let faults = 0;
      const say = (what) => (faults++, wrong.push(`${look.name}: ${what}`));
      let spoilt = look.traces ?? false;
      try {
        await page.setViewportSize({ width: look.width, height: look.height });
        await take(page, look, say);
        await judge(page, say);
        if (all) await shoot(page, `${out}/${look.name}.png`);
      } catch (error) {
        say(error.message);
        spoilt = true;
      }
      if (faults && !all) await shoot(page, `${out}/${look.name}-failed.png`).catch((error) => say(error.message));
      if (!spoilt) await forget(page).catch((error) => (say(error.message), (spoilt = true)));
      if (spoilt) page = void (await page.context().close());
    }
    await page?.context().close();
  }));
}
