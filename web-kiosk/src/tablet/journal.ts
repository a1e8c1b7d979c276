// What was pressed and is not acknowledged. It lies in IndexedDB, written through to the disk: a reload or a power cut takes
// nothing away.

/** One press, as the agent names it, and when it was made by the agent's clock. */
export interface Press { uid: string; boot: number; seq: number; level: number; at: number }

/** Where presses are kept. */
export interface Journal {
  all(): Promise<Press[]>;
  keep(press: Press): Promise<void>;
  drop(press: Press): Promise<void>;
}

const name = "hallpulse.tablet";
const store = "presses";

function open(): Promise<IDBDatabase> {
  return new Promise((done, fail) => {
    const asked = indexedDB.open(name, 1);
    asked.onupgradeneeded = () => void asked.result.createObjectStore(store, { keyPath: ["uid", "boot", "seq"] });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error ?? new Error(name));
  });
}

export function inBrowser(): Journal {
  let opened: Promise<IDBDatabase> | undefined;
  async function within<T>(mode: IDBTransactionMode, what: (all: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    opened ??= open();
    opened.catch(() => (opened = undefined)); // asked again, it may come
    const db = await opened;
    return new Promise((done, fail) => {
      const tx = db.transaction(store, mode, { durability: "strict" });
      const asked = what(tx.objectStore(store));
      tx.oncomplete = () => done(asked.result);
      tx.onabort = tx.onerror = () => fail(tx.error ?? new Error(name));
    });
  }
  return {
    all: () => within<Press[]>("readonly", (all) => all.getAll()),
    keep: async (press) => void (await within("readwrite", (all) => all.put(press))),
    drop: async (press) => void (await within("readwrite", (all) => all.delete([press.uid, press.boot, press.seq]))),
  };
}
