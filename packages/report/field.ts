import type { Segment } from '#metadata/metadata.js';
import type { Kind } from './choices.js';
import type { LvView, PvView, Row, VgView } from './views.js';

/** `size` is in sectors, `count` a plain number; null means unknown or none. */
export type FieldType = 'string' | 'size' | 'count' | 'boolean' | 'list';
export type Value = string | number | boolean | null | readonly string[];

/** A column of a report. The tables in fields-*.ts are the only place that says which there are. */
export interface Field {
  name: string;
  kind: Kind;
  type: FieldType;
  /** Of the column, as LVM's users know it. */
  heading: string;
  describe: string;
  value(row: Row): Value;
}

type Column<V> = readonly [name: string, type: FieldType, heading: string, describe: string, value: (view: V, row: Row) => Value];

export function vgFields(columns: readonly Column<VgView>[]): Field[] {
  return columns.map((c) => field('vg', c, (row) => row.vg));
}
export function pvFields(columns: readonly Column<PvView>[]): Field[] {
  return columns.map((c) => field('pv', c, (row) => row.pv));
}
export function lvFields(columns: readonly Column<LvView>[]): Field[] {
  return columns.map((c) => field('lv', c, (row) => row.lv));
}
export function segFields(columns: readonly Column<Segment>[]): Field[] {
  return columns.map((c) => field('seg', c, (row) => row.seg));
}

function field<V>(kind: Kind, column: Column<V>, view: (row: Row) => V | undefined): Field {
  const [name, type, heading, describe, value] = column;
  const none: Value = type === 'list' ? [] : null;
  return {
    name,
    kind,
    type,
    heading,
    describe,
    value: (row) => {
      const v = view(row);
      return v === undefined ? none : value(v, row);
    },
  };
}
