import type { Envelope, Group } from '#documents/group.js';
import { type Editable, metadataOf } from '#metadata/editable.js';
import { FreeMap } from '#metadata/free.js';
import { integritySegment } from '#metadata/integrity/change.js';
import type { IntegritySegment } from '#metadata/kinds/integrity.js';
import { partsOf } from '#metadata/kinds/kinds.js';
import type { Lv, Metadata, Pv, Segment } from '#metadata/metadata.js';
import { comparePaths } from '#metadata/path-order.js';
import { raidOf } from '#metadata/raid/resize.js';
import { totalOf } from '#metadata/runs.js';
import { sizeOf } from '#metadata/segments.js';
import { fail } from '#tool/errors.js';
import { layerOf, uuidOf } from '#volumes/identity.js';
import type { Activation, Live } from './activation.js';

/** What one report reads: the metadata, and what a `group` document has around it. */
export interface Subject {
  metadata: Metadata;
  /** Absent for a bare `metadata` document: names of the group and paths of its devices are then unknown. */
  group?: Pick<Group, 'envelope' | 'devices'> | undefined;
}

/** A group with everything that a row needs, computed once. Null: not known from this document. */
export interface VgView {
  id: string | null;
  name: string | null;
  envelope: Envelope | undefined;
  metadata: Metadata;
  pvs: PvView[];
  lvs: LvView[];
  /** PV id → label. */
  labels: ReadonlyMap<string, string>;
}

export interface PvView {
  id: string;
  /** Undefined for a PV that the envelope lists and the metadata does not know yet. */
  pv: Pv | undefined;
  found: Group['devices'][string] | undefined;
  listed: Envelope['pvs'][string] | undefined;
  /** Null for a bare metadata document. */
  missing: boolean | null;
  /** How segments name it: its path; `[missing:LAST PATH]`; its id where no paths are known. */
  label: string;
  /** Extents: kept for metadata regions; neither kept nor used. */
  reserved: number;
  free: number;
}

export interface LvView {
  id: string;
  lv: Lv;
  extents: number;
  /** The kernel's device; null: there is none; undefined: not known. */
  live: Live | null | undefined;
  /** What the device that does the work reports: of a thin pool the one below. */
  status?: string | undefined;
  /** The checksums of a volume, or of the images of raid: how they are kept, and what each device says of them. */
  integrity?: { segment: IntegritySegment; statuses: (string | undefined)[] } | undefined;
  /** Some extent lies on a missing PV; null for a bare metadata document. */
  partial: boolean | null;
}

export interface Row {
  vg: VgView;
  pv?: PvView | undefined;
  lv?: LvView | undefined;
  seg?: Segment | undefined;
}

/**
 * What there is to report of a document.
 *
 * @throws DvmError `no-metadata` (exit 80) for a group before vg_create
 */
export function subjectOf(document: Editable): Subject {
  if (document.kind === 'metadata') return { metadata: document };
  const metadata = metadataOf(document);
  if (metadata) return { metadata, group: document };
  throw fail('notFound', 'no-metadata', `group "${document.envelope.group.name}" has no metadata yet`, {
    hint: 'vg_create makes it',
  });
}

/** Uuids of the devices that report what fields are made of: those of raid, thin and cached volumes, of clones, and of pools. */
export function reporting({ metadata, group }: Subject): Set<string> {
  const id = group?.envelope.group.id;
  const all = id === undefined ? [] : Object.keys(metadata.lvs).map((lv) => reporter(id, lv, metadata.lvs[lv] as Lv));
  return new Set(all.filter((uuid) => uuid !== undefined));
}

/** Kinds whose own device says how they are. */
const ownReporters: readonly string[] = ['thin', 'raid', 'cache', 'clone', 'integrity'];

function reporter(group: string, id: string, lv: Lv): string | undefined {
  const type = lv.segments[0]?.type;
  if (type === 'thin-pool') return uuidOf(group, id, 'tpool');
  return type !== undefined && ownReporters.includes(type) ? uuidOf(group, id, layerOf(lv)) : undefined;
}

/** The views of one group, PVs in order of path, volumes in order of name. */
export function viewOf(subject: Subject, activation: Activation | undefined): VgView {
  const { metadata, group } = subject;
  const envelope = group?.envelope;
  const pvs = pvViews(metadata, group);
  const missing = new Set(pvs.filter((p) => p.missing).map((p) => p.id));
  const lvs = Object.keys(metadata.lvs).map((id) => lvView(id, metadata, envelope, activation, missing));
  lvs.sort((a, b) => compareText(a.lv.name, b.lv.name) || compareText(a.id, b.id));
  const labels = new Map(pvs.map((p) => [p.id, p.label]));
  return { id: envelope?.group.id ?? null, name: envelope?.group.name ?? null, envelope, metadata, pvs, lvs, labels };
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function pvViews(metadata: Metadata, group: Subject['group']): PvView[] {
  const free = new FreeMap(metadata.pvs, metadata.lvs);
  const ids = new Set([...Object.keys(metadata.pvs), ...Object.keys(group?.envelope.pvs ?? {})]);
  const views = [...ids].map((id): PvView => {
    const pv = metadata.pvs[id];
    const found = group?.devices[id];
    const listed = group?.envelope.pvs[id];
    const missing = group ? !found : null;
    const label = found?.path ?? (missing ? `[missing:${listed?.path ?? id}]` : id);
    const reserved = (pv?.reserved ?? []).reduce((n, r) => n + r.count, 0);
    return { id, pv, found, listed, missing, label, reserved, free: totalOf(free.of(id)) };
  });
  return views.sort((a, b) => comparePaths(a.label, b.label) || compareText(a.id, b.id));
}

function lvView(
  id: string,
  { lvs }: Metadata,
  envelope: Envelope | undefined,
  activation: Activation | undefined,
  missing: ReadonlySet<string>,
): LvView {
  const lv = lvs[id] as Lv;
  const statusOf = (of: string): string | undefined =>
    envelope && activation?.get(reporter(envelope.group.id, of, lvs[of] as Lv) ?? '')?.status?.[0];
  const areas = () => [id, ...partsOf(lvs, id)].flatMap((part) => lvs[part]?.segments.flatMap((s) => s.areas) ?? []);
  return {
    id,
    lv,
    extents: sizeOf(lv),
    status: statusOf(id),
    integrity: integrityOf(id, lvs, statusOf),
    live: envelope && activation ? (activation.get(uuidOf(envelope.group.id, id, layerOf(lv))) ?? null) : undefined,
    partial: envelope ? missing.size > 0 && areas().some((a) => a.pv && missing.has(a.pv)) : null,
  };
}

function integrityOf(id: string, lvs: Metadata['lvs'], statusOf: (of: string) => string | undefined): LvView['integrity'] {
  const raid = raidOf(lvs[id] as Lv);
  const stores = (raid ? raid.areas.flatMap((a) => a.lv ?? []) : [id]).filter((store) => integritySegment(lvs[store]));
  const segment = integritySegment(lvs[stores[0] ?? '']);
  return segment && { segment, statuses: stores.map(statusOf) };
}
