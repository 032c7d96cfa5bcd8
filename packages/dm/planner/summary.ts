import type { Plan } from '../documents.js';
import type { Removals } from './removals.js';
import type { Device, Survey } from './survey.js';

type Entry = Plan['summary'][number];

/** What a plan does, for people, in the order in which it happens; empty when there is nothing to do. */
export function summarise(s: Survey, order: readonly Device[], removals: Removals): Entry[] {
  const present = s.devices.flatMap((d) => (d.now ? [d.now] : []));
  return [
    ...[...s.empty, ...present].filter((d) => d.inactive).map(({ name }): Entry => ({ action: 'clear', name })),
    ...s.empty.map(({ name }): Entry => ({ action: 'remove', name })),
    ...order.filter((d) => d.now?.suspended && !d.loads).map(({ name }): Entry => ({ action: 'resume', name })),
    ...order.flatMap(tableEntry),
    ...[...removals.early, ...removals.late].map(({ name }): Entry => ({ action: 'remove', name })),
    ...order.flatMap(renameEntry),
  ];
}

function tableEntry({ now, want, name, loads }: Device): Entry[] {
  if (!loads || !want) return [];
  return [now ? { action: 'reload', name } : { action: 'create', name: want.name }];
}

function renameEntry({ now, want, name }: Device): Entry[] {
  return now && want && want.name !== name ? [{ action: 'rename', name, to: want.name }] : [];
}
