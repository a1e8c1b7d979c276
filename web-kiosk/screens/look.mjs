// Looks at what a test asks for on standard input, {out, all, looks: [{name, url, width, height, touch, stop, press, see}]}, and
// says what is wrong: violations that axe finds, a page wider than its screen, errors of the page itself. What is wrong has
// its picture in out; if all, every look has.
import { text } from "node:stream/consumers";
import { hear, inTurn, launch, open } from "./browser.mjs";

const asked = JSON.parse(await text(process.stdin));
for (const look of asked.looks) look.traces = look.stop; // a line once cut stays cut
const wrong = [];
const browser = await launch();

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
  await open(page, look.url, say);
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
}

await inTurn(browser, asked, take, wrong);
await browser.close();
for (const one of wrong) console.error(one);
process.exitCode = wrong.length ? 1 : 0;
