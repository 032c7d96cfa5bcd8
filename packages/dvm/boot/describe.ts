import { textOf } from '#tool/printable.js';
import type { Activation, GroupActivation } from './documents.js';

/** What came up and what did not, for people and the log. */
export function describeActivation({ groups }: Activation): string {
  return textOf(groups.length === 0 ? ['no group is on this machine'] : groups.flatMap(linesOf));
}

function linesOf(g: GroupActivation): string[] {
  const { error } = g;
  const missing = Object.entries(g.missing).map(([pv, at]) => `  PV ${pv} is missing${at === null ? '' : `, last at ${at}`}`);
  return [
    `${g.group.name}: ${summary(g)}`,
    ...(error ? [`  ${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`] : []),
    ...missing,
    ...g.degraded.map((d) => `  ${d.volume} is degraded: ${d.message}`),
    ...g.skipped.map((s) => `  ${s.volume} stays down: ${s.message}`),
    ...g.problems.map((p) => `  ${p.message}`),
  ];
}

function summary({ activated, active, error }: GroupActivation): string {
  if (error) return 'nothing could be done';
  const up = activated.length > 0 ? `${activated.length} came up: ${activated.join(', ')}` : 'nothing came up';
  return active.length > 0 ? `${up}; ${active.length} already were up` : up;
}
