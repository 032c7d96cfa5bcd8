import type { Envelope, Group } from '#documents/group.js';
import { dmName } from '#documents/names.js';
import type { Lv, Metadata, Pv, Segment } from '#metadata/metadata.js';
import { type Activation, type Live, volumeUuid } from './activation.js';
import { takenExtents } from './space.js';

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
  reserved: number;
  allocated: number;
}

export interface LvView {
  id: string;
  lv: Lv;
  /** Device-mapper name; null without the group's name. */
  dmName: string | null;
  extents: number;
  /** The kernel's device; null: there is none; undefined: not known. */
  live: Live | null | undefined;
  /** Some extent lies on a missing PV; null for a bare metadata document. */
  partial: boolean | null;
}

export interface Row {
  vg: VgView;
  pv?: PvView | undefined;
  lv?: LvView | undefined;
  seg?: Segment | undefined;
}

/** The views of one group, PVs in order of path, volumes in order of name. */
export function viewOf(subject: Subject, activation: Activation | undefined): VgView {
  const { metadata, group } = subject;
  const envelope = group?.envelope;
  const pvs = pvViews(metadata, group);
  const missing = new Set(pvs.filter((p) => p.missing).map((p) => p.id));
  const lvs = Object.entries(metadata.lvs).map(([id, lv]) => lvView(id, lv, envelope, activation, missing));
  lvs.sort((a, b) => compareText(a.lv.name, b.lv.name) || compareText(a.id, b.id));
  const labels = new Map(pvs.map((p) => [p.id, p.label]));
  return { id: envelope?.group.id ?? null, name: envelope?.group.name ?? null, envelope, metadata, pvs, lvs, labels };
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function pvViews(metadata: Metadata, group: Subject['group']): PvView[] {
  const taken = takenExtents(metadata);
  const ids = new Set([...Object.keys(metadata.pvs), ...Object.keys(group?.envelope.pvs ?? {})]);
  const views = [...ids].map((id): PvView => {
    const found = group?.devices[id];
    const listed = group?.envelope.pvs[id];
    const missing = group ? !found : null;
    const label = found?.path ?? (missing ? `[missing:${listed?.path ?? id}]` : id);
    return { id, pv: metadata.pvs[id], found, listed, missing, label, ...(taken.get(id) ?? { reserved: 0, allocated: 0 }) };
  });
  return views.sort((a, b) => compareText(a.label, b.label) || compareText(a.id, b.id));
}

function lvView(
  id: string,
  lv: Lv,
  envelope: Envelope | undefined,
  activation: Activation | undefined,
  missing: ReadonlySet<string>,
): LvView {
  let extents = 0;
  for (const s of lv.segments) extents += s.count;
  return {
    id,
    lv,
    extents,
    dmName: envelope ? dmName(envelope.group.name, lv.name) : null,
    live: envelope && activation ? (activation.get(volumeUuid(envelope.group.id, id)) ?? null) : undefined,
    partial: envelope ? missing.size > 0 && lv.segments.some((s) => s.areas.some((a) => a.pv && missing.has(a.pv))) : null,
  };
}
