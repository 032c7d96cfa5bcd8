import type { Instruction } from '../documents.js';
import { tellClone } from './clones.js';
import { planExits } from './exits.js';
import { type Group, groupLate } from './groups.js';
import * as make from './instructions.js';
import { hasMinor } from './minors.js';
import { named } from './phase1.js';
import { tell } from './pool-messages.js';
import { groupsOf, hasMessages, isAt, lastTransaction } from './pools.js';
import type { Removals } from './removals.js';
import { renameChains } from './renames.js';
import type { Stages } from './stages.js';
import type { Device, Survey } from './survey.js';
import { suspendFlags } from './suspend-flags.js';
import type { Section, Unit } from './tracks.js';

/**
 * What happens after the commit: tables switched group by group, new devices brought up, thin pools told what they
 * are to make and delete, clones how to copy, and what waited for that brought up; what the old tables used removed, names changed.
 *
 * @param order wanted devices, children first
 */
export function phase2Sections(s: Survey, order: readonly Device[], stages: Stages, removals: Removals): Section[] {
  const groups = groupLate(order, stages);
  const waits = (g: Group): boolean => g.resume.some((d) => stages.deferred.has(d));
  const prompt = groups.filter((g) => !waits(g));
  const pools = order.filter((d) => hasMessages(d) || (groupsOf(d).length > 0 && !d.now && stages.late.has(d)));
  return [
    { exit: planExits.tables, units: prompt.filter((g) => g.suspend.length > 0).map(switchTables) },
    { exit: planExits.fresh, units: prompt.filter((g) => g.suspend.length === 0).map(switchTables) },
    {
      exit: planExits.messages,
      units: [...pools.map((pool) => tell(pool, s)), ...order.flatMap(tellClone).map((i) => ({ steps: [i] }))],
    },
    { exit: planExits.fresh, units: groups.filter(waits).map((g) => bringUp(g, s, stages)) },
    { exit: planExits.removals, units: removals.late.map((d) => ({ steps: [make.remove(d)] })) },
    { exit: planExits.names, units: renameChains(order).map(rename) },
  ];
}

/**
 * All suspended, from the top down; then each resumed, which switches its table, from the bottom up. When that fails
 * somewhere, what is still suspended goes on with its old table (for the others `clear` and `resume` do nothing), and what
 * is new goes again: one that did not come up would stay suspended, and keep whoever opens it waiting.
 */
function switchTables({ suspend, resume }: Group): Unit {
  const up = (d: Device) => make.resume(d, d.want ?? {});
  const [present, fresh] = [resume.filter((d) => d.now), resume.filter((d) => !d.now)];
  return {
    steps: [...suspend.map((d) => make.suspend(d, suspendFlags(d))), ...resume.map(up)],
    mend: [...present.flatMap((d) => [make.clear(d), up(d)]), ...fresh.toReversed().map(make.remove)],
  };
}

/** The same for devices of which the kernel could not know before. */
function bringUp(group: Group, s: Survey, { deferred }: Stages): Unit {
  const { steps, mend = [] } = switchTables(group);
  const waited = group.resume.filter((d) => deferred.has(d));
  return {
    needs: waited.flatMap((d) => d.below.filter(hasMessages)).map((pool) => isAt(pool, lastTransaction(pool) ?? 0)),
    steps: [...waited.flatMap((d) => makeNow(d, s)), ...steps],
    mend,
  };
}

function makeNow(d: Device, s: Survey): Instruction[] {
  const load = make.load(d, named(d.want?.targets ?? [], s), d.want?.readOnly ?? false);
  return d.now || hasMinor(d) ? [load] : [make.create(d), load];
}

function rename(chain: ReturnType<typeof renameChains>[number]): Unit {
  return { steps: chain.map((r) => make.rename({ name: r.from, uuid: r.uuid }, r.to)) };
}
