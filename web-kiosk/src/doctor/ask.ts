// What the page asks the agent: agent/internal/desk/doctor.go. Looking takes seconds; asked again, it is looked at anew.

export interface PortView {
  port: string; ok: boolean; says: string; do?: string;
  seen?: string[]; // bytes that nobody knows
  try?: "keys" | "paper";
}

export interface DoctorView { ports: PortView[]; yaml?: string }

/** The answer, or the sentence why there is none; an empty one where nobody answers. */
export async function ask<T>(path: string, lang: string, body?: unknown): Promise<{ value: T } | { error: string }> {
  try {
    const answer = await fetch(path, {
      method: body === undefined ? "GET" : "POST", body: body === undefined ? undefined : JSON.stringify(body),
      headers: { "Accept-Language": lang },
    });
    const said = await answer.json();
    return answer.ok ? { value: said as T } : { error: said?.error?.message ?? "" };
  } catch {
    return { error: "" };
  }
}

/** What was known of ports, with what is known now; the ports of now come in their place, others stay. */
export function joined(was: PortView[], now: PortView[]): PortView[] {
  const fresh = new Map(now.map((p) => [p.port, p]));
  const kept = was.map((p) => fresh.get(p.port) ?? p);
  return [...kept, ...now.filter((p) => !was.some((w) => w.port === p.port))];
}
