import type { Instruction } from '../documents.js';
import { type Assembly, Label } from './assembly.js';
import type { Id } from './instructions.js';

/** Instructions that belong together. When one fails the rest is left out and `mend` run instead. */
export interface Unit {
  steps: readonly Instruction[];
  /** Instead of the steps, where there are choices to make; jumps to `failed` when it cannot go on. */
  write?(a: Assembly, failed: Label): void;
  mend?: readonly Instruction[];
  /** Placed before the steps on the main track, for jumps from outside. */
  entry?: Label;
  /** The steps are left out unless the device is there, or unless it is not. */
  only?: { there: boolean; device: Id };
  /**
   * Asked on the detours: the steps are left out unless all of these work. On the main track everything before has
   * worked.
   */
  needs?: readonly Instruction[];
}

/** Units of one kind; a failure in one of them ends the program with `exit` when nothing failed before. */
export interface Section {
  exit: number;
  units: readonly Unit[];
}

/**
 * Emits all units so that a failing one does not keep the others from being tried. A program has no memory but
 * its address, so the main track, which ends with `done`, is followed by a detour for each section:
 *
 *     main    A1 A2 A3 B1 B2 B3  exit done
 *     detour     mend A1, A2 A3 B1 B2 B3  exit A     entered where a unit of A has failed
 *     detour     mend B1, B2 B3  exit B              entered where a unit of B has failed and none of A
 *
 * @param end placed before the main track's exit
 */
export function emitTracks(a: Assembly, sections: readonly Section[], done: number, end = new Label()): void {
  const failed = sections.map((s) => s.units.map(() => new Label()));
  sections.forEach((s, i) => {
    s.units.forEach((unit, j) => {
      const next = new Label();
      if (unit.entry) a.place(unit.entry);
      emitSteps(a, unit, failed[i]?.[j] as Label, next);
      a.place(next);
    });
  });
  a.place(end);
  a.exit(done);
  sections.forEach((s, i) => {
    if (s.units.length > 0) emitDetour(a, sections.slice(i), failed[i] as Label[], s.exit);
  });
}

function emitDetour(a: Assembly, sections: readonly Section[], entries: readonly Label[], exit: number): void {
  const units = sections.flatMap((s) => s.units);
  units.forEach((unit, i) => {
    const failed = entries[i] ?? new Label();
    const next = new Label();
    if (i > 0) {
      for (const question of unit.needs ?? []) {
        a.run(question);
        a.jumpIfFailed(next);
      }
      emitSteps(a, unit, failed, next);
      a.jump(next);
    }
    a.place(failed);
    for (const step of unit.mend ?? []) a.run(step);
    a.place(next);
  });
  a.exit(exit);
}

function emitSteps(a: Assembly, { steps, only, write }: Unit, failed: Label, next: Label): void {
  if (only) emitQuestion(a, only, next);
  write?.(a, failed);
  for (const step of steps) {
    a.run(step);
    a.jumpIfFailed(failed);
  }
}

function emitQuestion(a: Assembly, { there, device: { name, uuid } }: NonNullable<Unit['only']>, next: Label): void {
  const go = new Label();
  a.run({ op: 'info', id: { name, uuid } });
  a.jumpIfFailed(there ? next : go);
  if (!there) a.jump(next);
  a.place(go);
}
