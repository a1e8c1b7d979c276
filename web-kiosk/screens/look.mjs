// Looks at what a test asks for on standard input, {out, all, looks: [{name, url, width, height, touch, stop, press, see, hears}]},
// and says what is wrong: violations that axe finds, a page wider than its screen, errors of the page itself. What is wrong has
// its picture in out; if all, every look has.
import { text } from "node:stream/consumers";
import { hear, inTurn, launch, open } from "./browser.mjs";

const asked = JSON.parse(await text(process.stdin));
for (const look of asked.looks) look.traces = look.stop || !!look.hears; // a line once cut stays cut, and so does an ear
const wrong = [];
const browser = await launch();

/** In the page: an ear in place of the loudspeaker, for which every clip is short. */
function ear() {
  const heard = (globalThis.heard = { now: 0, most: 0, clips: [] });
  HTMLMediaElement.prototype.play = function () {
    heard.clips.push(new URL(this.src).pathname);
    heard.most = Math.max(heard.most, ++heard.now);
    setTimeout(() => (heard.now--, this.dispatchEvent(new Event("ended"))), 20);
    return Promise.resolve();
  };
}

/** Tells say where not these clips are heard, one after the other, or one of them again when the page is loaded again. */
async function listen(page, clips, say) {
  await page.waitForFunction((n) => globalThis.heard.clips.length >= n && globalThis.heard.now === 0, clips.length);
  await page.waitForTimeout(300);
  const heard = await page.evaluate(() => globalThis.heard);
  if (heard.most !== 1) say(`${heard.most} clips at once`);
  if (heard.clips.join() !== clips.join()) say(`heard ${heard.clips}`);
  await page.reload();
  await page.waitForTimeout(1000);
  const again = await page.evaluate(() => globalThis.heard.clips);
  if (again.length > 1) say(`heard again ${again}`);
}

async function take(page, look, say) {
  hear(page, say);
  let cut = () => undefined;
  if (look.stop) {
    let gone = false;
    await page.routeWebSocket("**/ws/**", (socket) => {
      if (gone) return void socket.close();
      const server = socket.connectToServer();
      cut = () => ((gone = true), Promise.all([socket.close(), server.close()]));
    });
  }
  if (look.hears) await page.addInitScript(ear);
  await open(page, look.url, say);
  if (look.hears) await listen(page, look.hears, say);
  await page.locator("main > *").first().waitFor();
  for (const selector of look.touch ?? []) await page.locator(selector).first().click();
  for (const [i, key] of (look.press ?? []).entries()) {
    await page.locator(".keys:not([aria-busy])").waitFor();
    await page.keyboard.press(key);
    await page.locator(".frame", { hasText: look.see[i] }).waitFor();
  }
  for (const text of look.see?.slice(look.press?.length ?? 0) ?? []) await page.getByText(text).waitFor();
  await page.locator(":disabled.primary").waitFor({ state: "detached" });
  await cut();
  if (look.stop) await page.locator(".line.loud, .stale").waitFor();
}

await inTurn(browser, asked, take, wrong);
await browser.close();
for (const one of wrong) console.error(one);
process.exitCode = wrong.length ? 1 : 0;
