import type { Kind, Unit } from './choices.js';
import type { Table } from './select.js';
import { shownValue } from './text.js';
import type { Row } from './views.js';

interface Node {
  label: string;
  children: Node[];
}

/** Fields that need no heading to be understood in a tree; everything else is `name=value`. */
const plainFields = ['vg_name', 'pv_name', 'lv_name', 'vg_size', 'pv_size', 'lv_size', 'seg_size', 'segtype', 'devices'];

/** What a tree shows of each kind without `-o`. */
export const treeFields = [
  'vg_name,vg_size,vg_free',
  'pv_name,pv_size,pv_free',
  'lv_name,lv_size,lv_active',
  'segtype,seg_size,devices',
];

/** Groups, under each its PVs and volumes, under each volume its segments. */
export function formatTree(tables: readonly Table[], unit: Unit): string {
  const of = (kind: Kind) => tables.find((t) => t.base === kind);
  const parents = new Map<unknown, Node>();
  const roots: Node[] = [];
  for (const kind of ['vg', 'pv', 'lv', 'seg'] as const)
    for (const row of of(kind)?.rows ?? []) {
      const node = { label: label(of(kind) as Table, row, unit), children: [] };
      if (kind === 'vg') roots.push(node);
      else parents.get(kind === 'seg' ? row.lv : row.vg)?.children.push(node);
      parents.set(row[kind], node);
    }
  return roots.map((root) => `${root.label}\n${branches(root, '')}`).join('');
}

function label({ fields }: Table, row: Row, unit: Unit): string {
  return fields
    .map((f) => (plainFields.includes(f.name) ? shownValue(f, row, unit) : `${f.name}=${shownValue(f, row, unit)}`))
    .join('  ');
}

function branches({ children }: Node, indent: string): string {
  return children
    .map((child, i) => {
      const last = i === children.length - 1;
      return `${indent}${last ? '└─ ' : '├─ '}${child.label}\n${branches(child, indent + (last ? '   ' : '│  '))}`;
    })
    .join('');
}
