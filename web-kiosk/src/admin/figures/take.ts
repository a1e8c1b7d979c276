// What is taken away as a file: asked for like everything else, so that a refusal is said in words and not saved as one.
import type { Problem, Refusal } from "../api";

/** Asks for a file and hands it to the browser. null: it is on its way. */
export async function take(path: string): Promise<Problem | null> {
  let answer: Response;
  try {
    answer = await fetch(path, { credentials: "same-origin", headers: { "Accept-Language": document.documentElement.lang } });
  } catch {
    return { trouble: "offline", code: "offline", message: "" };
  }
  if (!answer.ok) return refused(answer);
  const url = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = fileOf(answer.headers.get("Content-Disposition") ?? "");
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return null;
}

/** The name that the hub gives a file. */
export function fileOf(disposition: string): string {
  return /filename="([^"]+)"/.exec(disposition)?.[1] ?? "hallpulse";
}

async function refused(answer: Response): Promise<Problem> {
  const trouble = answer.status === 403 ? "forbidden" : answer.status >= 500 ? "failed" : "refused";
  try {
    const { error } = (await answer.json()) as { error: Refusal };
    return { ...error, trouble };
  } catch {
    return { trouble: "failed", code: "failed", message: "" };
  }
}
