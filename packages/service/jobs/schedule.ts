/** A job that waits or runs, for one mount point. */
export interface Entry {
  key: string;
  mountPoint: string;
}

/**
 * Which of the waiting jobs may start now: in order wherever two mount points are the same or one lies in the other, and
 * never more than `atOnce` at a time in all.
 *
 * @param waiting in order of arrival
 */
export function startable<T extends Entry>(waiting: Iterable<T>, running: Iterable<Entry>, atOnce: number): T[] {
  const claims = new Claims();
  let free = atOnce;
  for (const { mountPoint } of running) {
    claims.add(mountPoint);
    free--;
  }
  const found: T[] = [];
  for (const entry of waiting) {
    if (found.length >= free) break;
    if (!claims.touches(entry.mountPoint)) found.push(entry);
    claims.add(entry.mountPoint); // also of one that has to wait: nothing overtakes it
  }
  return found;
}

/** Mount points that are spoken for, and the directories above them. */
class Claims {
  readonly #taken = new Set<string>();
  readonly #above = new Set<string>();

  touches(path: string): boolean {
    return this.#above.has(path) || this.#taken.has(path) || parents(path).some((parent) => this.#taken.has(parent));
  }

  add(path: string): void {
    this.#taken.add(path);
    for (const parent of parents(path)) this.#above.add(parent);
  }
}

function parents(path: string): string[] {
  const found: string[] = [];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) found.push(path.slice(0, at));
  return found;
}
