// Gives out the page of inspectors when there is no network. It answers for that page and its own files alone; everything
// else, and everything while the network works, goes to the hub as it came.
const cache = "hallpulse-inspect-1"; // filled by the page: src/inspect/offline.ts
const page = "/inspect";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  const old = async () => {
    for (const name of await caches.keys()) if (name.startsWith("hallpulse-inspect-") && name !== cache) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(old());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname === page) event.respondWith(fetch(request).catch(() => kept(page)));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(kept(request.url).catch(() => fetch(request))); // their names change with what is in them
});

/** What lies in the cache; it fails where nothing does. */
async function kept(url) {
  const found = await (await caches.open(cache)).match(url, { ignoreSearch: url === page });
  if (!found) throw new TypeError(`${url} is not kept`);
  return found;
}
