import { sameJson } from '#tool/json.js';

/** One line of a document that differs; `before` or `after` is null where it is absent. */
export interface Change {
  /** Keys from the top, e.g. `["lvs", "<id>"]`. */
  path: string[];
  before: unknown;
  after: unknown;
}

/**
 * Compares two documents entity by entity: maps are followed down to `depth`, what lies below is compared whole.
 * With maps keyed by id this is the edit itself, whatever the order of keys.
 */
export function diff(before: unknown, after: unknown, depth = 2, path: string[] = []): Change[] {
  if (before === after) return [];
  if (depth > 0 && isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) => diff(before[key], after[key], depth - 1, [...path, key]));
  }
  if (sameJson(before, after)) return [];
  return [{ path, before: before ?? null, after: after ?? null }];
}

function isMap(v: unknown): v is { [key: string]: unknown } {
  return typeof v === 'object' && v !== null && !Array.isArray(v);
}
