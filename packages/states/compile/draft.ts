import type { Piece } from '../documents/documents.js';
import type { Argument, Declaration, Written } from './declaration.js';

/** A piece whose requisites and arguments are still as they were written. */
export interface Draft {
  key: string;
  id: string;
  module: string;
  function: string;
  name: string;
  args: ReadonlyMap<string, Argument>;
  requisites: readonly Written[];
  declaration: Declaration;
  /** Running number of the declaration, and of the name in its `names`, from 1. */
  number: number;
  nameNumber: number | undefined;
}

export function keyOf({ module, function: f, id, name }: Pick<Piece, 'module' | 'function' | 'id' | 'name'>): string {
  return `${module}.${f}:${id}:${name}`;
}
