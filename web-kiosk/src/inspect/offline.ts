// The page itself without a network: a copy of it lies in the browser's cache, and the worker gives it out when nobody
// answers. Nothing else is cached: what people work on lies in keep.ts.

/** Has the same name in public/inspect-worker.js. */
const cache = "hallpulse-inspect-1";
const page = "/inspect";

/** Puts the page as it is now, with its scripts and styles, where the worker finds it. Where that cannot be it goes without. */
export async function keepPage() {
  if (!("serviceWorker" in navigator) || !("caches" in globalThis)) return;
  try {
    await navigator.serviceWorker.register("/inspect-worker.js", { scope: page });
    const kept = await caches.open(cache);
    const html = await fetch(page, { cache: "no-store" });
    if (!html.ok || html.redirected) return; // of who is signed out: it is the page to sign in
    await kept.put(page, html);
    const files = [...document.querySelectorAll<HTMLScriptElement | HTMLLinkElement>("script[src], link[rel=stylesheet], link[rel=icon]")].map((e) => ("src" in e ? e.src : e.href));
    const loaded = performance.getEntriesByType("resource").map((e) => e.name);
    const wanted = [...new Set([...files, ...loaded])].filter((url) => new URL(url).origin === location.origin && new URL(url).pathname.startsWith("/assets/"));
    const have = (await kept.keys()).map((r) => r.url);
    await kept.addAll(wanted.filter((url) => !have.includes(url)));
    for (const url of have) if (!wanted.includes(url) && new URL(url).pathname !== page) await kept.delete(url); // of an older version
  } catch {
    // No worker, a full disk, no network: then the page needs one the next time.
  }
}
