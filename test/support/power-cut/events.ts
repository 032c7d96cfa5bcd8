import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Volumes } from './model.js';

/** What a guest tells the host, in a directory of the host: as long as a line is there, what it says had happened before. */
export type Event =
  /** A boot found the group so: `tm verify` before anything was mended. */
  | { event: 'boot'; state: string; standings: string[] }
  /** Recovered, activated and checked. */
  | { event: 'whole'; volumes: Volumes }
  /** A transaction begins, which leads there; without mutators it goes back to the version before. */
  | { event: 'begin'; mutators: string[][]; volumes: Volumes }
  /** It is acknowledged. */
  | { event: 'done' }
  /** The first extents of the volume with this mark carry it, durably; and no smaller size is under way. */
  | { event: 'marked'; mark: number; extents: number };

/** What must hold after a power cut. */
export interface Known {
  /** The last acknowledged version. */
  certain: Volumes;
  /** The one that was under way. */
  possible: Volumes | undefined;
  /** Extents that carry their mark, by mark. */
  marked: Map<number, number>;
}

/** Adds an event; the host has it when this returns. */
export function tell(dir: string, event: Event): void {
  appendFileSync(join(dir, 'events'), `${JSON.stringify(event)}\n`);
}

/** Whole lines only: the last one may have been cut off. */
export function heard(dir: string): Event[] {
  return linesOf(join(dir, 'events')).map((line) => JSON.parse(line) as Event);
}

export function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
}

export function known(events: readonly Event[]): Known {
  const now: Known = { certain: {}, possible: undefined, marked: new Map() };
  for (const e of events) {
    if (e.event === 'begin') now.possible = e.volumes;
    if (e.event === 'marked') now.marked.set(e.mark, e.extents);
    if (e.event === 'whole') now.certain = e.volumes;
    if (e.event === 'done') now.certain = now.possible ?? now.certain;
    if (e.event === 'whole' || e.event === 'done') now.possible = undefined;
  }
  return now;
}
