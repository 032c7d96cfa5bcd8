/** `T` whose optional properties may also be given as undefined. */
type Loose<T> = { [K in keyof T]: T[K] | (undefined extends T[K] ? undefined : never) };

/** Leaves out the properties that are undefined: defaults are omitted from documents, so that lines stay short. */
export function compact<T extends object>(loose: Loose<T>): T {
  return Object.fromEntries(Object.entries(loose).filter(([, v]) => v !== undefined)) as T;
}
