/** Exit codes of a plan's programs (docs/formats/plan.md). */
export const planExits = {
  done: 0,
  /** phase1 failed; it has undone what it had done. */
  undone: 1,
  /** phase1 or abort could not undo everything. */
  notUndone: 2,
  /** phase2: a device still has its old table. */
  tables: 11,
  /** phase2: all tables are switched, a new device has not come up. */
  fresh: 12,
  /** phase2: all is up, a device that is no longer used could not be removed. */
  removals: 13,
  /** phase2: all but a rename is done. */
  names: 14,
  /** phase2: a thin pool or a clone has not been told everything; what stands on that has not come up. */
  messages: 15,
} as const;
