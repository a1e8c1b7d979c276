// A WebSocket that comes back. The programs say something at least every ten seconds: silence means that they hang.

export interface Hooks {
  /** Called with what came, and with what answers it while the line on which it came is up. */
  message(data: unknown, answer: (value: unknown) => void): void;
  /** Called when the line comes up and when it breaks, never twice the same. */
  link(up: boolean): void;
}

export const pace = { silence: 25_000, first: 500, longest: 10_000 };

/** The desk closes so where this browser belongs to no place any more: loaded again, the page says what to do. */
const unpaired = 4401;

/** How long to wait before the n-th try in a row: doubling, never in step with other screens. */
export function wait(n: number, random = Math.random()): number {
  return Math.min(pace.first * 2 ** n, pace.longest) * (0.5 + random / 2);
}

/** Keeps a line to path of this page's own server until the returned function is called. */
export function listen(path: string, hooks: Hooks): () => void {
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let tries = 0;
  let up = false;
  let over = false;

  const say = (now: boolean) => {
    if (now !== up) hooks.link((up = now));
  };
  const after = (ms: number, what: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(what, ms);
  };
  const lost = () => {
    socket = undefined;
    if (over) return;
    say(false);
    after(wait(tries++), open);
  };
  function open() {
    const own = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`);
    socket = own;
    // A close that waits for an answer from a hung program may take minutes: the line is given up at once.
    const give = () => {
      if (socket !== own) return;
      own.onmessage = own.onclose = null;
      own.close();
      lost();
    };
    after(pace.silence, give);
    own.onclose = (event?: CloseEvent) => (event?.code === unpaired ? location.reload() : give());
    own.onmessage = (event: MessageEvent<string>) => {
      tries = 0;
      after(pace.silence, give);
      hooks.message(JSON.parse(event.data), (value) => {
        if (socket === own && own.readyState === WebSocket.OPEN) own.send(JSON.stringify(value));
      });
      say(true);
    };
  }
  open();
  return () => {
    over = true;
    clearTimeout(timer);
    socket?.close();
  };
}
