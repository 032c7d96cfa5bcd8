/** A document, or bytes as they are, given to a program as a file argument: the runner puts a readable path in its place. */
export class Attached {
  constructor(readonly document: unknown) {}
}

export type Word = string | Attached;

/** One phase of a prepared plan after another; see `dmexec --session`. */
export interface PhaseSession {
  /** Runs a phase; the result document, whose `exit` is 0 when it worked. */
  run(phase: 'phase1' | 'phase2' | 'abort' | 'check' | 'uncheck'): Promise<{ exit: number }>;
  end(): Promise<void>;
}

/** How other programs are run: as processes (`spawnPrograms`), or as functions of this process (package dvm). */
export interface Programs {
  /** Runs a program on a document and returns the document it prints; undefined when it prints nothing. */
  run(words: Word[], input?: unknown): Promise<unknown>;
  /**
   * Starts dmexec with its plan already read and checked.
   *
   * @param keep descriptors that the process holds open as long as it runs, e.g. the lock of the group: it must not go
   *   while devices are suspended, even if its first holder is killed
   */
  session(words: string[], plan: unknown, keep?: readonly number[]): Promise<PhaseSession>;
}
