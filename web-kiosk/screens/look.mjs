// Takes the pictures that a test asks for on standard input, {out, looks: [{name, url, width, height, touch, stop, press, see}]}, and
// says what is wrong with them: violations that axe finds, a page wider than its screen, errors of the page itself.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const { out, looks } = JSON.parse(await text(process.stdin));
const wrong = [];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

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
async function shoot(page, path) {
  for (let left = 4; ; left--) {
    try {
      return await page.screenshot({ path });
    } catch (error) {
      if (left === 0) throw error;
      await page.waitForTimeout(500);
    }
  }
}

async function take(look) {
  const say = (what) => wrong.push(`${look.name}: ${what}`);
  const context = await browser.newContext({ viewport: { width: look.width, height: look.height }, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.on("pageerror", (error) => say(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of (409|503)/.test(message.text())) say(message.text());
  });
  let cut = () => undefined;
  if (look.stop) {
    let gone = false;
    await page.routeWebSocket("**/ws/**", (socket) => {
      if (gone) return void socket.close();
      const server = socket.connectToServer();
      cut = () => ((gone = true), Promise.all([socket.close(), server.close()]));
    });
  }
  await page.goto(look.url);
  await page.locator("main > *").first().waitFor();
  for (const selector of look.touch ?? []) await page.locator(selector).first().click();
  for (const [i, key] of (look.press ?? []).entries()) {
    await page.locator(".keys:not([aria-busy])").waitFor();
    await page.keyboard.press(key);
    await page.locator(".frame", { hasText: look.see[i] }).waitFor();
  }
  await page.locator(":disabled.primary").waitFor({ state: "detached" });
  await cut();
  if (look.stop) await page.locator(".line.loud").waitFor();
  await page.evaluate(() => document.fonts.ready);
  await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode())));
  await shoot(page, `${out}/${look.name}.png`);
  for (const lost of await page.evaluate(offScreen)) say(`lies off the screen: ${lost}`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  for (const v of violations) say(`${v.id}: ${v.help}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
  await context.close();
}

const todo = [...looks];
await Promise.all([1, 2].map(async () => {
  for (let look; (look = todo.shift()); ) {
    await take(look).catch((error) => wrong.push(`${look.name}: ${error.message}`));
  }
}));
await browser.close();
for (const one of wrong) console.error(one);
process.exitCode = wrong.length ? 1 : 0;
