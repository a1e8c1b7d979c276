// What the sign over a window says: the number that the board has there, and the word of the window's state.
import { shape, type SignView } from "../shared/desk";

export interface Said {
  ticket: string; // large; empty: nobody is called or served
  shape: "serving" | "waiting" | "closed";
  others: string[]; // where to go instead
}

export function said(view: SignView): Said {
  const { state, ticket } = view.window;
  const here = state === "called" || state === "serving";
  return { ticket: here ? (ticket ?? "") : "", shape: shape[state], others: state === "closed" || state === "paused" ? (view.others ?? []) : [] };
}
