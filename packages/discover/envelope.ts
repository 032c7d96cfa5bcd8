import { inParallel } from '#blockdev/parallel.js';
import type { Devices } from '#documents/devices.js';
import type { Envelope } from '#documents/group.js';
import { type Region, regionName } from '#documents/regions.js';
import { DvmError } from '#tool/errors.js';
import type { Labelled } from './scan.js';

export type Problem = Devices['problems'][number];

/** How discover asks the regions which PVs a group has. Both fail with a DvmError for a region that cannot be read. */
export interface EnvelopeReader {
  /** Transaction id of the active version; undefined for a region that never had one. Small reads only. */
  version(region: Region): Promise<string | undefined>;
  envelope(region: Region): Promise<Envelope>;
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
 * The newest envelope among the regions of a group's devices. Superblocks of all regions are read, but each
 * version's envelope only once. Regions that disagree are only reported: tm judges them.
 */
export async function readGroupState(groupId: string, devices: readonly Labelled[], reader: EnvelopeReader): Promise<GroupState> {
  const out: GroupState = { envelope: undefined, unreadable: 0, problems: [] };
  const regions = devices.flatMap((d) =>
    d.label.regions.map((r): Region => ({ path: d.path, start: r.start, length: r.length })),
  );
  const versions = await groupByVersion(regions, reader, out);
  for (const v of versions) {
    const envelope = await readFirst(v.regions, reader, out);
    if (envelope && envelope.group.id !== groupId) out.problems.push(foreign(v, envelope));
    else if (envelope && envelope.seqno >= (out.envelope?.seqno ?? 0)) out.envelope = envelope;
  }
  if (versions.length > 1) out.problems.push(differ(versions));
  return out;
}

async function groupByVersion(regions: Region[], reader: EnvelopeReader, out: GroupState): Promise<Version[]> {
  const txns = await inParallel(regions, (r) => attempt(r, () => reader.version(r), out));
  const versions = new Map<string, Version>();
  regions.forEach((region, i) => {
    const txn = txns[i];
    if (txn === undefined) return;
    const version = versions.get(txn) ?? { txn, regions: [] };
    version.regions.push(region);
    versions.set(txn, version);
  });
  return [...versions.values()];
}

async function readFirst(regions: Region[], reader: EnvelopeReader, out: GroupState): Promise<Envelope | undefined> {
  for (const r of regions) {
    const envelope = await attempt(r, () => reader.envelope(r), out);
    if (envelope) return envelope;
  }
  return undefined;
}

async function attempt<T>(region: Region, act: () => Promise<T>, out: GroupState): Promise<T | undefined> {
  try {
    return await act();
  } catch (e) {
    if (!(e instanceof DvmError)) throw e;
    out.unreadable++;
    out.problems.push({
      code: 'region-unreadable',
      message: `region "${regionName(region)}": ${e.message}`,
      paths: [region.path],
    });
    return undefined;
  }
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
