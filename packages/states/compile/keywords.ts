import type { WrittenKind } from './declaration.js';

const plain = ['require', 'watch', 'prereq', 'onchanges', 'onfail', 'listen', 'use'] as const;
const several = ['require_any', 'watch_any', 'onchanges_any', 'onfail_any', 'onfail_all'] as const;

/** Every word for a requisite: its kind, and whether it is the `_in` form. */
export const requisiteWords: ReadonlyMap<string, { kind: WrittenKind; in: boolean }> = new Map<
  string,
  { kind: WrittenKind; in: boolean }
>([
  ...[...plain, ...several].map((kind) => [kind, { kind, in: false }] as const),
  ...plain.map((kind) => [`${kind}_in`, { kind, in: true }] as const),
]);

/** Arguments that mean the same for every module. */
export const commonArguments: ReadonlySet<string> = new Set([
  'name',
  'names',
  'order',
  'failhard',
  'retry',
  'timeout',
  'unless',
  'onlyif',
  'creates',
]);
