/** One answer of a Pick. note: what follows from it. */
export interface PickOption { value: string; label: string; note?: string }
