import type { Verification } from '#tm/verify.js';
import { textOf } from '#tool/printable.js';

const words: Readonly<Record<Verification['state'], string>> = {
  ok: 'every copy is current',
  pending: 'the activation of the last change is unfinished: dvm recover finishes it',
  interrupted: 'a change was interrupted: dvm recover finishes or undoes it',
  'out-of-sync': 'copies do not hold the current version: dvm recover copies it to them',
  missing: 'devices are missing',
  diverged: 'copies were changed apart: dvm recover --from PV names those to keep',
  empty: 'there is no metadata yet',
};

/** A `verification` in words: the whole, what is missing, the copies that are not current. */
export function describeVerification(v: Verification): string {
  const copies = v.regions
    .filter((r) => r.standing !== 'current')
    .map((r) => `  ${r.region} (PV ${r.pv}): ${r.standing}${r.error === null ? '' : `, ${r.error}`}`);
  const missing = v.missing.map((pv) => `  PV ${pv} is missing`);
  return textOf([`${v.group.name}: ${words[v.state]}`, ...missing, ...copies]);
}
