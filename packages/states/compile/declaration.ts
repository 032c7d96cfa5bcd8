import type { RequisiteKind } from '../documents/documents.js';
import type { Node } from '../template/nodes.js';
import type { Place } from './problems.js';

/** A state as it is written: one module of one id. Becomes a piece, or one for each of its `names`. */
export interface Declaration {
  id: string;
  module: string;
  /** Missing until an `extend` gives it, or for ever, which is a problem. */
  function: string | undefined;
  /** By key; `name`, `names` and what holds for every module among them. */
  args: Map<string, Argument>;
  requisites: Written[];
  sls: string;
  at: Place;
}

export interface Argument {
  at: Place;
  value: Node;
}

/** A requisite as it is written. */
export interface Written {
  kind: WrittenKind;
  /** The `_in` form: the target is to have it, not this one. */
  in: boolean;
  target: Target;
  at: Place;
}

export type WrittenKind = Exclude<RequisiteKind, 'output'> | 'use';

export type Target =
  | { kind: 'match'; module: string | undefined; pattern: string }
  | { kind: 'sls'; sls: string }
  | { kind: 'declaration'; declaration: Declaration };

/** What one file says. */
export interface Declared {
  declarations: Declaration[];
  extensions: Extension[];
  exclusions: Exclusion[];
}

/** An entry of `extend`: its id may be a name. */
export type Extension = Declaration;

export interface Exclusion {
  kind: 'id' | 'sls';
  what: string;
  at: Place;
}

/** A target as it was written. */
export function written(target: Target): string {
  if (target.kind === 'sls') return `sls: ${target.sls}`;
  if (target.kind === 'declaration') return `${target.declaration.module}: ${target.declaration.id}`;
  return target.module === undefined ? target.pattern : `${target.module}: ${target.pattern}`;
}
