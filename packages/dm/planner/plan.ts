import type { Current, Desired, Instruction, Plan } from '../documents.js';
import { Assembly, Label } from './assembly.js';
import { planChecks } from './checks.js';
import { sourcesOf } from './clones.js';
import { checkExclusive } from './exclusive.js';
import { planExits } from './exits.js';
import { checkMinors } from './minors.js';
import { childrenFirst } from './order.js';
import { phase1Steps, type Step } from './phase1.js';
import { phase2Sections } from './phase2.js';
import { checkPools } from './pool-guards.js';
import { planRemovals } from './removals.js';
import { stage } from './stages.js';
import { summarise } from './summary.js';
import { survey } from './survey.js';
import { emitTracks, type Section, type Unit } from './tracks.js';

/**
 * The programs that turn the devices of a scope from what they are into what they should be (docs/formats/plan.md).
 * Devices outside the scope are never named in them.
 *
 * @throws DvmError foreign-uuid, duplicate-name, unknown-device, cyclic-tables (exit 65), name-taken, minor-taken (81), device-in-use,
 *   pool-active, clone-active, integrity-active (83), pool-failed, pool-needs-check, pool-transaction (84)
 */
export function plan(current: Current, desired: Desired): Plan {
  const s = survey(current, desired);
  checkPools(s);
  checkMinors(s);
  checkExclusive(s);
  const order = childrenFirst(s.devices.filter((d) => d.want));
  const stages = stage(s, order);
  const removals = planRemovals(s, stages);
  const steps = phase1Steps(s, order, stages, removals);
  const { checks, ...looking } = planChecks(s, desired);
  const wipe = [...order.flatMap((d) => (d.now ? [] : (d.want?.wipe ?? []))), ...(desired.wipe ?? [])];
  return {
    kind: 'plan',
    version: 1,
    phases: {
      phase1: phase1Program(steps),
      phase2: program((a) => emitTracks(a, phase2Sections(s, order, stages, removals), planExits.done)),
      abort: program((a) => emitTracks(a, [wayBack(steps, asking)], planExits.done)),
      ...looking,
    },
    ...(checks ? { checks } : {}),
    ...sourcesOf(order),
    summary: summarise(s, order, removals),
    ...(wipe.length > 0 ? { wipe } : {}),
  };
}

/** Each step jumps, when it fails, to where everything before it is undone. Nothing comes after the last one that could fail. */
function phase1Program(steps: readonly Step[]): Instruction[] {
  const undone = new Label();
  const entries = new Map<Step, Label>();
  return program((a) => {
    let back = undone;
    for (const step of steps) {
      emitStep(a, step, back);
      if (step.undo.length === 0) continue;
      back = new Label();
      entries.set(step, back);
    }
    a.exit(planExits.done);
    const undoing = (step: Step): Unit => ({ ...undo(step), entry: entries.get(step) as Label });
    emitTracks(a, [wayBack(steps.slice(0, -1), undoing)], planExits.undone, undone);
  });
}

function emitStep(a: Assembly, { run, or = [], why = [] }: Step, back: Label): void {
  if (or.length + why.length === 0) {
    a.run(run);
    a.jumpIfFailed(back);
    return;
  }
  const done = new Label();
  for (const attempt of [run, ...or]) {
    const next = new Label();
    a.run(attempt);
    a.jumpIfFailed(next);
    a.jump(done);
    a.place(next);
  }
  for (const instruction of why) a.run(instruction);
  a.jump(back);
  a.place(done);
}

/** The undoing of every step, last first. */
function wayBack(steps: readonly Step[], unit: (step: Step) => Unit): Section {
  const undoing = steps.filter((s) => s.undo.length > 0).toReversed();
  return { exit: planExits.notUndone, units: undoing.map(unit) };
}

function undo({ undo: steps, mend }: Step): Unit {
  return mend ? { steps, mend } : { steps };
}

/** The way back of a phase 1 that did everything, or nothing: it asks, where it cannot know. */
function asking(step: Step): Unit {
  const { run } = step;
  if ((run.op !== 'create' && run.op !== 'remove') || run.id.uuid === undefined) return undo(step);
  return { ...undo(step), only: { there: run.op === 'create', device: { name: run.id.name, uuid: run.id.uuid } } };
}

/** Nothing at all when there is nothing to do but to exit. */
function program(write: (a: Assembly) => void): Instruction[] {
  const a = new Assembly();
  write(a);
  const instructions = a.finish();
  return instructions.every((i) => i.op === 'exit') ? [] : instructions;
}
