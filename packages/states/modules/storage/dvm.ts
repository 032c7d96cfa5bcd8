import { bounded } from '#tool/bounded.js';
import { startChild, writeTo } from '#tool/child.js';
import { DvmError } from '#tool/errors.js';
import { parseJson } from '#tool/json.js';
import { programError } from '#tool/program-error.js';

/** Runs one of dvm's own programs to its end, and gives what it printed; its failure is thrown as it printed it. */
export type RunSibling = (words: readonly string[]) => Promise<string>;

export const runSibling: RunSibling = async (words) => {
  const [program = ''] = words;
  const child = startChild(words);
  writeTo(child.stdin, '');
  const text = await bounded(child.stdout, 64 << 20, `output of ${program}`);
  const ended = await child.ended;
  if (ended.code !== 0) throw programError(program, ended);
  return text.toString();
};

/** A group as `report` shows it. */
export interface Group {
  /** Paths of its devices. */
  devices: string[];
  /** Sectors. */
  extentSize: number;
}

/** Undefined when there is no such group. */
export async function readGroup(run: RunSibling, group: string): Promise<Group | undefined> {
  const rows = await show(run, group, 'pv', 'pv_name,vg_extent_size');
  if (!rows) return undefined;
  const devices = rows.flatMap(({ pv_name }) => (typeof pv_name === 'string' ? [pv_name] : []));
  return { devices, extentSize: Number(rows[0]?.vg_extent_size_sectors) };
}

export interface Volume {
  /** Sectors. */
  size: number;
  active: boolean;
}

/** The volumes of a group by name; undefined when there is no such group. */
export async function readVolumes(run: RunSibling, group: string): Promise<Map<string, Volume> | undefined> {
  const rows = await show(run, group, 'lv', 'lv_name,lv_size,lv_active');
  return (
    rows &&
    new Map(rows.map((row) => [String(row.lv_name), { size: Number(row.lv_size_sectors), active: row.lv_active === true }]))
  );
}

type Row = Readonly<Record<string, unknown>>;

async function show(run: RunSibling, group: string, kind: 'pv' | 'lv', fields: string): Promise<Row[] | undefined> {
  try {
    const report = parseJson(await run(['dvm', 'show', group, '--show', kind, '--format', 'json', '-o', fields]), 'report');
    return isReport(report) ? (report[kind] ?? []) : [];
  } catch (e) {
    if (e instanceof DvmError && e.code === 'no-group') return undefined;
    throw e;
  }
}

function isReport(value: unknown): value is Partial<Record<'pv' | 'lv', Row[]>> {
  return typeof value === 'object' && value !== null;
}
