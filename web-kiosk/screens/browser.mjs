// What all takers of pictures share: the browser, one picture of a page, and what is wrong with that page.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
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

/** Tells say what the page itself reports as an error, but for answers whose status is in expected. */
export function hear(page, say, expected = /status of (409|503)/) {
  page.on("pageerror", (error) => say(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !expected.test(message.text())) say(message.text());
  });
}

/** Takes the picture when fonts and images are there, and tells say what lies off the screen and what axe finds. */
export async function judge(page, path, say) {
  await page.evaluate(() => document.fonts.ready);
  await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode())));
  await shoot(page, path);
  for (const lost of await page.evaluate(offScreen)) say(`lies off the screen: ${lost}`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  for (const v of violations) say(`${v.id}: ${v.help}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
}

/** Does one after the other of todo, two at a time; what fails is told. */
export async function inTurn(todo, take, wrong) {
  const left = [...todo];
  await Promise.all([1, 2].map(async () => {
    for (let look; (look = left.shift()); ) {
      await take(look).catch((error) => wrong.push(`${look.name}: ${error.message}`));
    }
  }));
}
