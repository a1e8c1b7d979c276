// What a ListPage is given.

/** One of the lists that a page offers. n: how many lie in it, once known. */
export interface ViewTab { id: string; label: string; n?: number }

/** A column of the wide table. share: of the width, against the other columns'. */
export interface Column { id: string; label: string; share: number; end?: boolean }

/** Rows under a heading. n: how many there are in all, where that is known. */
export interface Group<Row> { id: string; title: string; rows: Row[]; n?: number; attention?: boolean }
