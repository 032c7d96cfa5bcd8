import type { Current } from '#dm/documents.js';
import type { Devices } from '#documents/devices.js';
import { type EditableGroup, metadataOf } from '#metadata/editable.js';
import type { Verification } from '#tm/verify.js';
import type { DvmError } from '#tool/errors.js';
import { scopeOf } from '#volumes/identity.js';
import type { Finding } from './doctor.js';
import { type Fact, factsOf } from './watch/facts.js';

/** One group as the doctor sees it. */
export interface Patient {
  devices: Devices;
  /** What tm verify and tm read --degraded gave, or why they did not. */
  verification: Verification | DvmError;
  group: EditableGroup | DvmError;
}

/** Percent of a pool or snapshot from which it counts as nearly full. */
const NEARLY = 80;

/** What is wrong with a group, and what to type; one `ok` where nothing is. Pure. */
export function findingsOf(patient: Patient, current: Current): Finding[] {
  const { name } = patient.devices.group;
  const found = [...ofDevices(patient.devices), ...ofCopies(patient), ...ofKernel(patient, current)];
  if (found.length > 0) return found.map((f) => ({ what: `group ${name}`, ...f }));
  const count = Object.keys(patient.devices.devices).length;
  return [{ what: `group ${name}`, state: 'ok', message: `nothing is wrong; devices: ${count}` }];
}

type Found = Omit<Finding, 'what'>;

function ofDevices({ group, missing, problems }: Devices): Found[] {
  const lost = Object.entries(missing).map(
    ([pv, { lastPath }]): Found => ({
      state: 'wrong',
      message: `PV ${pv} is missing${lastPath === null ? '' : `, last at ${lastPath}`}`,
      hint: `bring it back, or go on without it: dvm recover ${group.name} --without ${pv}`,
    }),
  );
  return [
    ...lost,
    ...problems.map(
      ({ message }): Found => ({ state: 'wrong', message, hint: `dvm recover ${group.name} mends labels and copies` }),
    ),
  ];
}

/** Worse than what `ofDevices` tells of missing ones. */
const states: Partial<Record<Verification['state'], string>> = {
  pending: 'an activation is unfinished',
  interrupted: 'a change was interrupted',
  'out-of-sync': 'copies of the metadata are behind or cannot be read',
  damaged: 'copies of the metadata are damaged',
  diverged: 'copies of the metadata went apart',
};

function ofCopies({ devices: { group }, verification }: Patient): Found[] {
  if (!('state' in verification)) return [{ state: 'wrong', message: verification.message, ...hintOf(verification) }];
  const message = states[verification.state];
  const hint = verification.state === 'diverged' ? `dvm verify ${group.name} shows the sides` : `dvm recover ${group.name}`;
  return message === undefined ? [] : [{ state: 'wrong', message, hint }];
}

function hintOf({ hint }: DvmError): { hint?: string } {
  return hint === undefined ? {} : { hint };
}

function ofKernel({ devices: { group }, group: document }: Patient, { devices }: Current): Found[] {
  const mine = Object.fromEntries(Object.entries(devices).filter(([, d]) => d.uuid.startsWith(`${scopeOf(group.id)}-`)));
  const metadata = 'envelope' in document ? metadataOf(document) : undefined;
  const recover = `dvm recover ${group.name}`;
  const stuck = Object.entries(mine).flatMap(([name, d]): Found[] => {
    const [, , volume = ''] = d.uuid.split('-');
    if (d.suspended) return [{ state: 'wrong', message: `device ${name} is suspended: whoever uses it waits`, hint: recover }];
    if (d.inactive)
      return [{ state: 'wrong', message: `device ${name} has a table that was never taken into use`, hint: recover }];
    if (!metadata || Object.hasOwn(metadata.lvs, volume)) return [];
    return [{ state: 'wrong', message: `device ${name} belongs to no volume`, hint: recover }];
  });
  const told = factsOf({ kind: 'current', version: 1, devices: mine });
  return [
    ...stuck,
    ...told.flatMap((fact) => ofVolume(fact, `${group.name}/${metadata?.lvs[fact.volume]?.name ?? fact.volume}`)),
  ];
}

function ofVolume(fact: Fact, volume: string): Found[] {
  if (fact.what === 'broken') return [{ state: 'wrong', message: `${volume}: ${fact.message}` }];
  if (fact.what === 'raid')
    return [{ state: 'wrong', message: `${volume}: images are ${fact.health}`, hint: `dvm repair ${volume}` }];
  if (fact.what === 'finished')
    return [{ state: 'note', message: `${volume}: the ${fact.work} is finished; the next change records it` }];
  const percent = Math.floor((100 * fact.used) / fact.total);
  if (percent < NEARLY) return [];
  const option = fact.what === 'metadata' ? '--metadata-size' : '--size';
  const part = fact.what === 'metadata' ? ' of its metadata' : '';
  return [{ state: 'wrong', message: `${volume}: ${percent} %${part} is used`, hint: `dvm extend ${volume} ${option} +SIZE` }];
}
