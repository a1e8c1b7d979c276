// The hall that is open, for the parts below it.
import { inject, type InjectionKey, type Ref } from "vue";
import type { Hall } from "./api";

export interface Open { page: Readonly<Ref<Hall | null>>; again(): Promise<void> }

export const hallKey: InjectionKey<Open> = Symbol("hall");

export function useHall(): Open {
  const open = inject(hallKey);
  if (!open) throw new Error("no hall is open");
  return open;
}
