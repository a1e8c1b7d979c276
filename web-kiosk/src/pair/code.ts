// The code as it is typed: eight digits, on a keyboard or on the screen, pasted with or without its space.

export const long = 8;

/** What stands there after a key; null: the key is not for the code. */
export function after(code: string, key: string): string | null {
  if (key === "Backspace") return code.slice(0, -1);
  if (!/^[0-9]$/.test(key)) return null;
  return (code + key).slice(0, long);
}

/** The digits of what was pasted. */
export const digits = (text: string) => text.replace(/\D/g, "").slice(0, long);

/** Where a paired browser goes: a page of this server, or its first one. */
export const pageOf = (page: string) => (/^\/(?!\/)[\w/-]*$/.test(page) ? page : "/");
