import { planExits } from './exits.js';
import { type Group, groupLate } from './groups.js';
import * as make from './instructions.js';
import type { Removals } from './removals.js';
import { renameChains } from './renames.js';
import type { Stages } from './stages.js';
import type { Device } from './survey.js';
import { suspendFlags } from './suspend-flags.js';
import type { Section, Unit } from './tracks.js';

/**
 * What happens after the commit: tables switched group by group, new devices brought up, what the old tables
 * used removed, names changed.
 *
 * @param order wanted devices, children first
 */
export function phase2Sections(order: readonly Device[], stages: Stages, removals: Removals): Section[] {
  const groups = groupLate(order, stages);
  return [
    { exit: planExits.tables, units: groups.filter((g) => g.suspend.length > 0).map(switchTables) },
    { exit: planExits.fresh, units: groups.filter((g) => g.suspend.length === 0).map(switchTables) },
    { exit: planExits.removals, units: removals.late.map((d) => ({ steps: [make.remove(d)] })) },
    { exit: planExits.names, units: renameChains(order).map(rename) },
  ];
}

/**
 * All suspended, from the top down; then each resumed, which switches its table, from the bottom up. When that fails
 * somewhere, what is still suspended goes on with its old table; for the others `clear` and `resume` do nothing.
 */
function switchTables({ suspend, resume }: Group): Unit {
  const up = (d: Device) => make.resume(d, d.want ?? {});
  const present = resume.filter((d) => d.now);
  return {
    steps: [...suspend.map((d) => make.suspend(d, suspendFlags(d))), ...resume.map(up)],
    mend: present.flatMap((d) => [make.clear(d), up(d)]),
  };
}

function rename(chain: ReturnType<typeof renameChains>[number]): Unit {
  return { steps: chain.map((r) => make.rename({ name: r.from, uuid: r.uuid }, r.to)) };
}
