/** One line of a course, in words: what, when, and perhaps more of it. */
export interface StepLine { id: string; title: string; when: string; note?: string; stands: "done" | "now" | "next" }
