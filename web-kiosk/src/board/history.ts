// What the hub says of the day by the hour (hub/internal/board/history.go).
export interface Hour { hour: number; arrivals: number; finished: number; called: number; p50_min: number | null; p90_min: number | null; open: number }

export interface History { day: string; as_of: string; hours: Hour[]; told: { called: number; within: number }; reprints: { agent: string; device: string; papers: number; doubts: number }[] }

/** 88.0, of 44 / 50; null where nobody was told anything. */
export const heldOf = (told: History["told"]) => (told.called > 0 ? ((100 * told.within) / told.called).toFixed(1) : null);

/** The zero time of the hub: a hall was never heard. */
export const never = (time: string) => Date.parse(time) < 0;
