import type { ArgumentSchema } from './arguments.js';

/**
 * What brings states about. Built-in modules are objects of this kind in the process of the run; any other is an
 * executable that speaks the same in JSON (docs/formats/state-modules.md, `programModule`).
 */
export interface Module {
  name: string;
  functions: Readonly<Record<string, FunctionSpec>>;
  /** What `apply` would do. Changes nothing. */
  check(request: Request, context: Context): Promise<Answer>;
  /** Brings it about; one that is so already changes nothing and says so. */
  apply(request: Request, context: Context): Promise<Answer>;
  /** What is done in place of nothing when something that is watched has changed: a restart, say. Of functions with `watch`. */
  watch(request: Request, context: Context): Promise<Answer>;
  /** Several requests of functions with `aggregate` as one transaction; an answer each, in their order. */
  together?(requests: readonly Request[], context: Context): Promise<Answer[]>;
}

/** What a compiler has to know of a function. */
export interface FunctionSpec {
  summary: string;
  /** Of `args`, an object; `name` is no part of it. */
  schema: ArgumentSchema;
  /** What `name` must look like; any text when missing. */
  name?: ArgumentSchema;
  /** Several pieces of the module may be one transaction. */
  aggregate?: boolean;
  /** Has a watch action. */
  watch?: boolean;
}

export interface Request<A = Args> {
  function: string;
  /** What the state is about: a path, a package, a command. */
  name: string;
  args: A;
  /** Of this node. */
  facts: Readonly<Record<string, unknown>>;
}

export type Args = Readonly<Record<string, unknown>>;

/** What a module says of one request. Failures may be thrown too (DvmError). */
export interface Answer {
  /** False: it failed, or would. */
  result: boolean;
  /** It was not so before; of `check`: it is not so. */
  changed: boolean;
  /** What changed, for programs. */
  changes?: unknown;
  /** What changed, for people: unified. */
  diff?: string;
  /** What other states may use. */
  output?: unknown;
  comment: string;
}

/** What a module may know of the run. */
export interface Context {
  /** The run was ended, or the piece's time is over: what was started is to be stopped. */
  signal: AbortSignal;
  /** A line for people while it runs. */
  note(line: string): void;
}
