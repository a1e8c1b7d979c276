// Drives Debian's Chromium for the end-to-end tests: one JSON request a line on stdin, one JSON answer a line on stdout.
// {id, page, do, ...} → {id, ok, value} or {id, error}. Pages are named by the caller and live until the end.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { existsSync, readFileSync } from 'node:fs'

const require = createRequire(new URL('../../../web-kiosk/package.json', import.meta.url))
const { chromium } = require('playwright-core')
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find(existsSync),
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP desk.test 127.0.0.1'],
})
const pages = new Map()

const acts = {
  async open({ page, url, width, height, lang, script = true }) {
    const context = await browser.newContext({
      viewport: { width, height }, locale: lang === 'en' ? 'en-GB' : 'zh-CN', timezoneId: 'Asia/Shanghai',
      javaScriptEnabled: script, ignoreHTTPSErrors: new URL(url).hostname === 'desk.test', // its CA is of this run
    })
    context.setDefaultTimeout(60_000) // other tests have the machine, too
    const p = await context.newPage()
    p.troubles = []
    p.on('pageerror', e => p.troubles.push(String(e)))
    p.on('console', m => m.type() === 'error' && p.troubles.push(m.text()))
    pages.set(page, p)
    const answer = await p.goto(url)
    return answer.status()
  },
  async goto({ page, url }) { return (await pages.get(page).goto(url)).status() },
  async address({ page }) { return pages.get(page).url() },
  async reload({ page }) { return (await pages.get(page).reload()).status() },
  // Sends JSON from the page's own session. That it is refused is no trouble of the page.
  async post({ page, path, body }) {
    const p = pages.get(page)
    const before = p.troubles.length
    const answer = await p.evaluate(async ({ path, body }) => {
      const answer = await fetch(path, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } })
      return { status: answer.status, body: await answer.json().catch(() => null) }
    }, { path, body })
    await p.waitForTimeout(100) // the console hears of it later
    p.troubles.length = before
    return answer
  },
  async click({ page, at }) { await pages.get(page).locator(at).first().click() },
  // The console's keys take one act at a time: a clerk sees when they do.
  async press({ page, key }) {
    await pages.get(page).locator('.keys[aria-busy]').waitFor({ state: 'detached' })
    await pages.get(page).keyboard.press(key)
  },
  async type({ page, text }) { await pages.get(page).keyboard.type(text) },
  async fill({ page, at, text }) { await pages.get(page).locator(at).first().fill(text) },
  async select({ page, at, value }) { await pages.get(page).locator(at).first().selectOption(value) },
  async upload({ page, at, files }) { await pages.get(page).locator(at).first().setInputFiles(files) },
  async offline({ page, is }) { await pages.get(page).context().setOffline(is) },
  // The worker that gives out a page without a network has all it needs.
  async worker({ page }) { await pages.get(page).evaluate(async () => { await navigator.serviceWorker.ready }) },
  async text({ page, at }) { return await pages.get(page).locator(at).first().innerText() },
  async count({ page, at }) { return await pages.get(page).locator(at).count() },
  async wait({ page, at, state = 'visible' }) { await pages.get(page).locator(at).first().waitFor({ state }) },
  // Under load Chromium now and then has no frame to give: it is asked again.
  async shot({ page, file, full = false }) {
    const p = pages.get(page)
    for (let left = 4; ; left--) {
      try {
        return void await p.screenshot({ path: file, fullPage: full })
      } catch (e) {
        if (left === 0) throw e
        await p.waitForTimeout(500)
      }
    }
  },
  async print({ page }) { await pages.get(page).emulateMedia({ media: 'print' }) },
  async resize({ page, width, height }) { await pages.get(page).setViewportSize({ width, height }) },
  // Loses the answers from an address: what was asked arrived. hears again: none is lost any more.
  async lose({ page, at }) {
    const p = pages.get(page)
    p.losing = await p.context().newCDPSession(p)
    p.losing.on('Fetch.requestPaused', ({ requestId }) => p.losing.send('Fetch.failRequest', { requestId, errorReason: 'ConnectionReset' }).catch(() => {}))
    await p.losing.send('Fetch.enable', { patterns: [{ urlPattern: at, requestStage: 'Response' }] })
  },
  async hear({ page }) { await pages.get(page).losing.detach() },
  // The smallest text and the smallest target that are seen, in pixels, the narrowest lines, in heights of their letters, and how
  // different those at an address are in size.
  async measures({ page, at }) {
    return await pages.get(page).evaluate((at) => {
      const seen = (e) => e.getBoundingClientRect().width > 1 && e.checkVisibility() && getComputedStyle(e).clipPath === 'none'
      const all = [...document.body.querySelectorAll('*')].filter(seen)
      const texts = all.filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
      const sizes = (list) => list.map((e) => e.getBoundingClientRect()).flatMap((r) => [r.width, r.height])
      const same = (list) => Math.max(...list) - Math.min(...list)
      const px = (e, what) => parseFloat(getComputedStyle(e)[what])
      const rects = [...document.querySelectorAll(at)].map((e) => e.getBoundingClientRect())
      const styles = [...document.querySelectorAll(at)].map((e) => { const s = getComputedStyle(e); return [s.color, s.backgroundColor, s.borderColor, s.fontSize, s.fontWeight].join() })
      return {
        text: Math.min(...texts.map((e) => px(e, 'fontSize'))), line: Math.min(...texts.map((e) => px(e, 'lineHeight') / px(e, 'fontSize'))), target: Math.min(...sizes(all.filter((e) => e.matches('button, a[href]')))),
        uneven: rects.length ? Math.max(same(rects.map((r) => r.width)), same(rects.map((r) => r.height))) : 0, styles: new Set(styles).size,
        wide: document.documentElement.scrollWidth - innerWidth, high: document.documentElement.scrollHeight - innerHeight,
      }
    }, at)
  },
  async troubles({ page }) { return pages.get(page).troubles },
  async close({ page }) { await pages.get(page).context().close(); pages.delete(page) },
  // What axe finds wrong, one line each. The page's own CSP holds for its scripts, so axe comes in as the debugger.
  async axe({ page }) {
    const p = pages.get(page)
    await p.evaluate(axe)
    const found = await p.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'] }))
    return found.violations.map(v => `${v.id}: ${v.help}: ${v.nodes.map(n => n.target.join(' ')).join(', ')}`)
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line)
  let answer
  try {
    const act = acts[request.do]
    if (!act) throw new Error(`no act ${request.do}`)
    answer = { id: request.id, ok: true, value: await act(request) }
  } catch (e) {
    await pages.get(request.page)?.screenshot({ path: request.failed }).catch(() => {}) // of the state that was not expected
    answer = { id: request.id, error: String(e) }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
await browser.close()
