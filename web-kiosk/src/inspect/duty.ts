// What the hub tells the phone of an inspector: GET /api/inspections/duty. It is kept, so that work goes on without a network.
import type { Form } from "./forms";

export interface Named { id: string; name: string; name_en?: string }

/** An inspection as the phone lists it. */
export interface Visit {
  id: string; // the number
  number: string;
  state: string;
  kind: string;
  form: string;
  form_name: string;
  hall: string;
  hall_name: string;
  until?: string;
  on?: string;
  missed?: boolean;
  findings: number;
}

export interface Duty {
  account: string;
  name: string;
  role: string;
  planned: Visit[]; // by him, what is due first
  done: Visit[]; // the last ones
  forms: Form[];
  halls: Named[]; // that he may look at
  units: Named[];
  as_of: string;
}

/** The forms of what nobody had planned: an observer has his own. */
export const formsFor = (duty: Pick<Duty, "forms" | "role">): Form[] => (duty.role === "observer" ? duty.forms.filter((f) => f.kind === "observer") : duty.forms);
