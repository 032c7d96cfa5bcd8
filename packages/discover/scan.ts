import { mapParallel } from '#blockdev/parallel.js';
import type { Storage } from '#blockdev/storage.js';
import type { BlockDevice } from '#blockdev/sysfs.js';
import { DvmError } from '#tool/errors.js';
import { SECTOR, type Sectors } from '#tool/units.js';
import { type Candidate, findCandidates, type Passed } from './candidates.js';
import type { DiscoverConfig } from './config.js';
import { type RegionVersion, regionsOnLabel } from './envelope.js';
import type { Label } from './label.js';
import { canCarryLabel, type Labelling, readLabel } from './label-copies.js';
import { resolveIdentities } from './resolve.js';
import type { World } from './world.js';

/** A device with a label of ours. */
export interface Labelled extends Candidate {
  label: Label;
  size: Sectors;
  blockSize: number;
  /** What is wrong with its copies, in words; mended by the next writing. */
  stale: string[];
  /** What the superblocks of its regions say, in the label's order. */
  versions: RegionVersion[];
}

/** A device without one. */
export interface Unlabelled extends Candidate {
  size: Sectors;
}

/** Two devices that claim to be the same PV, and none is in use. */
export interface Duplicate {
  pv: string;
  group: string;
  devices: Labelled[];
}

export interface Scan {
  labelled: Labelled[];
  unlabelled: Unlabelled[];
  passed: Passed[];
  duplicates: Duplicate[];
  byName: Map<string, BlockDevice>;
}

type Looked =
  | { candidate: Candidate; size: Sectors; blockSize: number; labelling: Labelling; versions: RegionVersion[] }
  | { candidate: Candidate; error: DvmError };

/** Devices that are open at a time. */
const DEVICES = 128;

/** Reads the labels of all devices and the superblocks they lead to, many devices at once. A device that fails is passed over with its error. */
export async function scan(config: DiscoverConfig, world: World): Promise<Scan> {
  const { candidates, passed, byName } = findCandidates(config, world.devices(), world.roots);
  const looked = await mapParallel(candidates, DEVICES, (c) => look(c, world));
  const out: Scan = { labelled: [], unlabelled: [], passed, duplicates: [], byName };
  for (const l of looked) sortIn(l, out);
  await resolveIdentities(out, world);
  return out;
}

async function look(candidate: Candidate, world: World): Promise<Looked> {
  let storage: Storage | undefined;
  try {
    storage = await world.open(candidate.path);
    const labelling = await readLabel(storage);
    const regions = labelling.state === 'labelled' ? regionsOnLabel(candidate.path, labelling.label) : [];
    const versions = await world.envelopes.versions(storage, regions);
    return { candidate, size: storage.size / SECTOR, blockSize: storage.blockSize, labelling, versions };
  } catch (error) {
    if (error instanceof DvmError) return { candidate, error };
    throw error;
  } finally {
    await storage?.close();
  }
}

function sortIn(l: Looked, out: Scan): void {
  const { path } = l.candidate;
  if ('error' in l) {
    out.passed.push({ path, code: l.error.code, reason: l.error.message });
    return;
  }
  const { labelling, size, blockSize, versions } = l;
  if (labelling.state === 'labelled')
    out.labelled.push({ ...l.candidate, label: labelling.label, size, blockSize, stale: labelling.stale, versions });
  else if (labelling.state === 'unusable') out.passed.push({ path, code: labelling.code, reason: labelling.why });
  else if (!canCarryLabel(size))
    out.passed.push({ path, code: 'too-small', reason: `it has ${size} sectors, too few for a label` });
  else out.unlabelled.push({ ...l.candidate, size });
}
