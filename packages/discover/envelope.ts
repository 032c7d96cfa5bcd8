import type { OpenStorage, Storage } from '#blockdev/storage.js';
import type { Devices } from '#documents/devices.js';
import type { Envelope } from '#documents/group.js';
import { noTxn } from '#documents/ids.js';
import { parseEnvelope } from '#documents/record.js';
import { type Region, regionName } from '#documents/regions.js';
import { Superblocks } from '#replicator/region/superblocks.js';
import { readPrefix, statusOn } from '#replicator/replicator.js';
import type { RegionStatus } from '#replicator/sync.js';
import { DvmError, fail } from '#tool/errors.js';
import type { Label } from './label.js';
import type { Labelled } from './scan.js';

export type Problem = Devices['problems'][number];

/** The transaction id of a region's active version, undefined where there never was one, or why it cannot be read. */
export type RegionVersion = string | undefined | DvmError;

/** How discover asks the regions which PVs a group has. */
export interface EnvelopeReader {
  /** Of regions of a device that is open. */
  versions(storage: Storage, regions: readonly Region[]): Promise<RegionVersion[]>;
  /** @throws DvmError when the region cannot be read or holds something else */
  envelope(region: Region): Promise<Envelope>;
}

/** Asks the replicator: the superblocks of all regions, and of a record no more than its beginning. */
export function envelopeReader(open: OpenStorage): EnvelopeReader {
  const superblocks = new Superblocks();
  return {
    versions: async (storage, regions) => (await statusOn(storage, regions, superblocks)).map(activeVersion),
    envelope: (region) => readEnvelope(open, region),
  };
}

function activeVersion({ error, active }: RegionStatus): RegionVersion {
  return error ?? (active?.txn === noTxn ? undefined : active?.txn);
}

async function readEnvelope(open: OpenStorage, region: Region): Promise<Envelope> {
  const name = regionName(region);
  const prefix = await readPrefix(open, region, (beginning) => parseEnvelope(beginning, name) !== undefined);
  const envelope = prefix && parseEnvelope(prefix, name);
  if (envelope) return envelope;
  throw fail('badInput', 'bad-record', `the content of "${name}" is not a dvm record: it has no envelope`);
}

export interface GroupState {
  /** Of the newest version; undefined when no region has one. */
  envelope: Envelope | undefined;
  /** Regions that could not be read. */
  unreadable: number;
  problems: Problem[];
}

interface Version {
  txn: string;
  regions: Region[];
}

/**
 * The newest envelope among the regions of a group's devices; each version's is read only once. Regions that disagree
 * are only reported: tm judges them.
 */
export async function readGroupState(groupId: string, devices: readonly Labelled[], reader: EnvelopeReader): Promise<GroupState> {
  const out: GroupState = { envelope: undefined, unreadable: 0, problems: [] };
  const versions = groupByVersion(devices, out);
  for (const v of versions) {
    const envelope = await readFirst(v.regions, reader, out);
    if (envelope && envelope.group.id !== groupId) out.problems.push(foreign(v, envelope));
    else if (envelope && envelope.seqno >= (out.envelope?.seqno ?? 0)) out.envelope = envelope;
  }
  if (versions.length > 1) out.problems.push(differ(versions));
  return out;
}

function groupByVersion(devices: readonly Labelled[], out: GroupState): Version[] {
  const versions = new Map<string, Version>();
  for (const { path, label, versions: txns } of devices)
    for (const [i, region] of regionsOnLabel(path, label).entries()) {
      const txn = txns[i];
      if (txn instanceof DvmError) unreadable(region, txn, out);
      if (typeof txn !== 'string') continue;
      const version = versions.get(txn) ?? { txn, regions: [] };
      version.regions.push(region);
      versions.set(txn, version);
    }
  return [...versions.values()];
}

/** The regions that a label names, on the device at `path`. */
export function regionsOnLabel(path: string, { regions }: Label): Region[] {
  return regions.map(({ start, length }) => ({ path, start, length }));
}

async function readFirst(regions: Region[], reader: EnvelopeReader, out: GroupState): Promise<Envelope | undefined> {
  for (const r of regions) {
    try {
      return await reader.envelope(r);
    } catch (e) {
      if (!(e instanceof DvmError)) throw e;
      unreadable(r, e, out);
    }
  }
  return undefined;
}

function unreadable(region: Region, e: DvmError, out: GroupState): void {
  out.unreadable++;
  out.problems.push({ code: 'region-unreadable', message: `region "${regionName(region)}": ${e.message}`, paths: [region.path] });
}

function foreign(v: Version, envelope: Envelope): Problem {
  const message = `${v.regions.length} regions hold the record of another group, "${envelope.group.name}" (${envelope.group.id})`;
  return { code: 'foreign-region', message, paths: paths(v.regions) };
}

function differ(versions: Version[]): Problem {
  const counts = versions.map((v) => `${v.txn} on ${v.regions.length}`).join(', ');
  return {
    code: 'regions-differ',
    message: `regions hold different transactions: ${counts}; tm verify says more`,
    paths: paths(versions.flatMap((v) => v.regions)),
  };
}

function paths(regions: Region[]): string[] {
  return [...new Set(regions.map((r) => r.path))].sort();
}
