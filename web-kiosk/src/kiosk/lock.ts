// Keeps the page to itself: nobody leaves it, marks its text, opens a menu or magnifies it. The machine's own lock is the browser's
// kiosk mode; this is for the finger that plays.
const stop = (event: Event) => event.preventDefault();

export function lockPage() {
  for (const kind of ["contextmenu", "selectstart", "dragstart", "gesturestart", "drop", "dragover"]) addEventListener(kind, stop);
  addEventListener("wheel", (event) => event.ctrlKey && event.preventDefault(), { passive: false });
  addEventListener("touchstart", (event) => event.touches.length > 1 && event.preventDefault(), { passive: false });
  addEventListener("keydown", (event) => {
    const zoom = (event.ctrlKey || event.metaKey) && ["+", "-", "=", "0"].includes(event.key);
    const away = event.altKey && ["ArrowLeft", "ArrowRight", "Home"].includes(event.key) || ["F5", "F11", "F12"].includes(event.key);
    if (zoom || away) event.preventDefault();
  });
}
