// Takes the pictures that a test asks for on standard input, {out, looks: [{name, url, width, height, touch, stop, press, see}]}, and
// says what is wrong with them: violations that axe finds, a page wider than its screen, errors of the page itself.
import { text } from "node:stream/consumers";
import { hear, inTurn, judge, launch } from "./browser.mjs";

const { out, looks } = JSON.parse(await text(process.stdin));
const wrong = [];
const browser = await launch();

async function take(look) {
  const say = (what) => wrong.push(`${look.name}: ${what}`);
  const context = await browser.newContext({ viewport: { width: look.width, height: look.height }, reducedMotion: "reduce" });
  const page = await context.newPage();
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
  await judge(page, `${out}/${look.name}.png`, say);
  await context.close();
}

await inTurn(looks, take, wrong);
await browser.close();
for (const one of wrong) console.error(one);
process.exitCode = wrong.length ? 1 : 0;
