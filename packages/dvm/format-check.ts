import type { Verification } from '#tm/verify.js';
import { textOf } from '#tool/printable.js';
import { inVerbs } from './hints.js';

const words: Readonly<Record<Verification['state'], string>> = {
  ok: 'every copy is current',
  degraded: 'current, on fewer devices than it has',
  pending: 'the activation of the last change is unfinished',
  interrupted: 'a change was interrupted',
  'out-of-sync': 'copies do not hold the current version',
  missing: 'devices are missing',
  damaged: 'no copy of the current version is whole',
  diverged: 'copies were changed apart',
  empty: 'there is no metadata yet',
};

/** A `verification` in words: the whole, what is missing, the copies that are not current, the way on. */
export function describeVerification(v: Verification): string {
  return textOf([
    `${v.group.name}: ${words[v.state]}${v.seqno === null ? '' : ` (version ${v.seqno})`}`,
    ...v.missing.map(describeMissing),
    ...(v.sides ?? []).map(describeSide),
    ...v.regions.flatMap(describeRegion),
    ...v.remedies.map(({ does, command }) => `  to ${does}: ${inVerbs(command)}`),
  ]);
}

function describeMissing({ pv, lastPath, accepted }: Verification['missing'][number]): string {
  const last = lastPath === null ? '' : `, last at ${lastPath}`;
  return `  PV ${pv} is missing${last}${accepted ? '; the group goes on without it' : ''}`;
}

function describeSide(s: NonNullable<Verification['sides']>[number]): string {
  const version = s.seqno === null ? 'a version that cannot be read' : `version ${s.seqno} of ${s.time}`;
  return `  ${s.txn}: ${version}, on PV ${s.pvs.join(', ')}`;
}

function describeRegion(r: Verification['regions'][number]): string[] {
  const error = r.error === null ? [] : [r.error];
  const slots = r.slots.flatMap((state, i) =>
    state === 'damaged' && r.state !== 'damaged' ? [`superblock ${i} is damaged`] : [],
  );
  if (r.standing === 'current' && slots.length === 0) return [];
  return [`  ${r.region} (PV ${r.pv}): ${[r.standing, ...error, ...slots].join(', ')}`];
}
