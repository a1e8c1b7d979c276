// The id of something that is about to be sent, made here: sent twice, it is one.

/** 32 hex digits that nobody else makes. */
export function newDraft(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
