/** Kinds of rows. */
export const kinds = ['vg', 'pv', 'lv', 'seg'] as const;
export type Kind = (typeof kinds)[number];

/** `--show`. */
export const shows = [...kinds, 'all', 'summary'] as const;
export type Show = (typeof shows)[number];

/** `--format`. */
export const formats = ['table', 'json', 'ndjson', 'csv', 'tree'] as const;
export type Format = (typeof formats)[number];

/** `--units`: h for people (the largest unit that fits), b bytes, s sectors, the rest powers of 1024. */
export const units = ['h', 'b', 's', 'k', 'm', 'g', 't', 'p', 'e'] as const;
export type Unit = (typeof units)[number];
