// What the phone keeps until the hub has it: drafts, their photos, and what it was told last of its work. IndexedDB holds all
// of it; it outlives a reload, a flat battery and days without a network.
import type { Draft } from "./draft";
import type { Duty } from "./duty";

const name = "hallpulse.inspect";

export interface Photo { name: string; draft: string; blob: Blob }

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((done, fail) => {
    const asked = indexedDB.open(name, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("drafts", { keyPath: "id" });
      asked.result.createObjectStore("photos", { keyPath: "name" }).createIndex("draft", "draft");
      asked.result.createObjectStore("duty", { keyPath: "account" });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error ?? new Error(name));
  });
  opened.catch(() => (opened = undefined)); // asked again, it may come
  return opened;
}

/** Does something in one transaction; what it asked for is there when it is over. */
async function within<T>(stores: string[], mode: IDBTransactionMode, what: (tx: IDBTransaction) => IDBRequest<T> | undefined): Promise<T | undefined> {
  const db = await open();
  return new Promise((done, fail) => {
    const tx = db.transaction(stores, mode);
    const asked = what(tx);
    tx.oncomplete = () => done(asked?.result);
    tx.onabort = tx.onerror = () => fail(tx.error ?? new Error(name));
  });
}

export const keepDraft = (draft: Draft) => within(["drafts"], "readwrite", (tx) => void tx.objectStore("drafts").put(draft));
export const keepPhoto = (photo: Photo) => within(["photos"], "readwrite", (tx) => void tx.objectStore("photos").put(photo));
export const dropPhoto = (photo: string) => within(["photos"], "readwrite", (tx) => void tx.objectStore("photos").delete(photo));
export const photo = async (named: string): Promise<Photo | undefined> => within<Photo>(["photos"], "readonly", (tx) => tx.objectStore("photos").get(named));

/** The drafts of an account, oldest first. */
export async function drafts(account: string): Promise<Draft[]> {
  const all = (await within<Draft[]>(["drafts"], "readonly", (tx) => tx.objectStore("drafts").getAll())) ?? [];
  return all.filter((d) => d.account === account).sort((a, b) => (a.saved < b.saved ? -1 : 1));
}

/** Forgets a draft with its photos: the hub has them, or its writer throws them away. */
export function drop(draft: string) {
  return within(["drafts", "photos"], "readwrite", (tx) => {
    tx.objectStore("drafts").delete(draft);
    const photos = tx.objectStore("photos");
    photos.index("draft").getAllKeys(draft).onsuccess = (event) => {
      for (const key of (event.target as IDBRequest<IDBValidKey[]>).result) photos.delete(key);
    };
  });
}

export const keepDuty = (duty: Duty) => within(["duty"], "readwrite", (tx) => void tx.objectStore("duty").put(duty));
export const duty = async (account: string): Promise<Duty | undefined> => within<Duty>(["duty"], "readonly", (tx) => tx.objectStore("duty").get(account));

const last = "hallpulse.inspect.account";

/** Whose phone this was last: without a network nobody else can say. */
export function lastAccount(): string {
  try {
    return localStorage.getItem(last) ?? "";
  } catch {
    return "";
  }
}
export function keepAccount(account: string) {
  try {
    localStorage.setItem(last, account);
  } catch {
    // A browser that keeps nothing still works while it is online.
  }
}
