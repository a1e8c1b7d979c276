// Keeps the tablet's screen on while the page is seen. A browser that cannot says nothing: the tablet's own settings do it then.
export function keepAwake() {
  const ask = () => {
    if (document.visibilityState === "visible") void navigator.wakeLock?.request("screen").catch(() => undefined);
  };
  document.addEventListener("visibilitychange", ask);
  ask();
}
