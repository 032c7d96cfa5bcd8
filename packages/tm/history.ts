import { mapParallel } from '#blockdev/parallel.js';
import type { Change } from '#documents/diff.js';
import type { Envelope, Group } from '#documents/group.js';
import { parseEnvelope } from '#documents/record.js';
import { DvmError } from '#tool/errors.js';
import { changesBetween } from './changes.js';
import { type Context, type Loaded, load } from './context.js';
import { type Lineage, lineageOf, readVersion } from './versions.js';

/** Envelopes read at a time. */
const PARALLEL = 16;

/** What `tm history` prints. */
export interface History {
  kind: 'history';
  version: 1;
  group: { id: string; name: string };
  /** Newest first. */
  versions: VersionEntry[];
}

interface VersionEntry {
  seqno: number;
  txn: string;
  parent: string;
  /** RFC 3339. */
  time: string;
  /** Bytes of the record. */
  length: number;
  /** The machine that wrote it; null when that cannot be read any more. */
  host: string | null;
  /** Regions that hold it. */
  copies: number;
}

/** The versions that the regions still hold, newest first. */
export async function history(ctx: Context): Promise<History> {
  const loaded = await load(ctx);
  const lineage = await lineageOf(ctx, loaded);
  const versions = await mapParallel(lineage.versions, PARALLEL, (v) => entry(ctx, loaded, lineage, v));
  return { kind: 'history', version: 1, group: loaded.group.envelope.group, versions };
}

async function entry(ctx: Context, { copies }: Loaded, { copy }: Lineage, v: Lineage['versions'][number]): Promise<VersionEntry> {
  const { seqno, txn, parent, time, length } = v;
  const holders = copies.filter((c) => c.active?.txn === txn || c.ancestors.includes(txn));
  const envelope = await envelopeOf(ctx, copy, v);
  return {
    seqno,
    txn,
    parent,
    time: new Date(time).toISOString(),
    length,
    host: envelope?.host ?? null,
    copies: holders.length,
  };
}

/** From the beginning of the record; undefined where it is damaged. */
async function envelopeOf(ctx: Context, copy: Lineage['copy'], v: Lineage['versions'][number]): Promise<Envelope | undefined> {
  const name = ctx.devices.group.name;
  try {
    const prefix = await ctx.store.prefix(copy, v, (beginning) => parseEnvelope(beginning, name) !== undefined);
    return parseEnvelope(prefix, name);
  } catch (e) {
    if (e instanceof DvmError) return undefined;
    throw e;
  }
}

/** What `tm diff` prints. */
export interface Diff {
  kind: 'diff';
  version: 1;
  group: { id: string; name: string };
  from: VersionName;
  to: VersionName;
  changes: Change[];
}

type VersionName = Pick<Envelope, 'seqno' | 'txn' | 'time'>;

/** What two versions differ in, entity by entity. */
export async function compare(ctx: Context, from: string, to: string): Promise<Diff> {
  const before = await readVersion(ctx, from);
  const after = await readVersion(ctx, to);
  return {
    kind: 'diff',
    version: 1,
    group: after.envelope.group,
    from: nameOf(before),
    to: nameOf(after),
    changes: changesBetween(before, after),
  };
}

function nameOf({ envelope: { seqno, txn, time } }: Group): VersionName {
  return { seqno, txn, time };
}
