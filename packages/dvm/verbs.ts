import { COPIES, placesToCarry } from '#discover/copies.js';
import type { Pipeline, Stage } from '#pipeline/pipeline.js';
import { fail } from '#tool/errors.js';

/**
 * What each verb of dvm stands for: the pipelines a person would type, run one after another.
 * Pure; `dvm --print` shows them.
 */

/** `GROUP` or `GROUP/VOLUME`, as users name things. */
export interface Target {
  group: string;
  volume: string | undefined;
}

/** @throws DvmError `bad-target` (exit 64) */
export function parseTarget(text: string): Target {
  const [group, volume, extra] = text.split('/');
  if (!group || volume === '' || extra !== undefined || [group, volume].some((name) => name?.startsWith('-')))
    throw badTarget(text);
  return { group, volume };
}

function badTarget(text: string) {
  return fail('usage', 'bad-target', `"${text}" names neither a group nor a volume`, { hint: 'write GROUP or GROUP/VOLUME' });
}

/**
 * `GROUP/VOLUME`.
 *
 * @throws DvmError `bad-target` (exit 64)
 */
export function parseVolume(text: string): { group: string; volume: string } {
  const { group, volume } = parseTarget(text);
  if (volume === undefined) throw fail('usage', 'bad-target', `"${text}" names no volume`, { hint: 'write GROUP/VOLUME' });
  return { group, volume };
}

/**
 * `GROUP` alone.
 *
 * @throws DvmError `bad-target` (exit 64)
 */
export function parseGroup(text: string): string {
  const { group, volume } = parseTarget(text);
  if (volume !== undefined) throw fail('usage', 'bad-target', `"${text}" names a volume`, { hint: 'write GROUP' });
  return group;
}

/** Words that go to tm itself, e.g. `--dry-run`, `--kernel sim:FILE`. */
export type TmWords = readonly string[];

/** The commands of discover, which a group could be called. */
const discoverCommands = ['find', 'add', 'rm', 'regions', 'list', 'groups', 'probe'];

/** @throws DvmError `bad-target` (exit 64) for a word that cannot be a group's name */
export function find(group: string): Stage {
  if (group.startsWith('-')) throw badTarget(group);
  return ['discover', ...(discoverCommands.includes(group) ? ['find'] : []), group];
}

/** One transaction of tm with these mutators. */
export function update(group: string, tm: TmWords, ...mutators: string[][]): Pipeline {
  return [find(group), ['tm', 'update', ...tm, group, ...mutators.flatMap((m) => ['--', ...m])]];
}

export const isDry = (tm: TmWords): boolean => tm.includes('--dry-run');

/** The words that discover understands too. */
function waiting(tm: TmWords): string[] {
  const at = tm.indexOf('--wait');
  return at < 0 ? [] : tm.slice(at, at + 2);
}

/** Labelling comes before the transaction, so a dry run can only show the labels. */
function labelDevices(group: string, devices: string[], tm: TmWords, add: string[], carriers = devices): Pipeline[] {
  const words = [...(isDry(tm) ? ['--dry-run'] : []), ...waiting(tm), ...add];
  return devices.map((d): Pipeline => [['discover', 'add', ...words, group, d, ...(carriers.includes(d) ? [] : ['none'])]]);
}

/** discover add sees one device at a time; here they are known, and those that carry metadata can lie apart. */
function carriersAmong(devices: string[], copies: number | undefined): string[] {
  return placesToCarry(
    devices.map((id) => ({ id, disk: id, carries: false })),
    copies ?? COPIES,
  );
}

function unlabel(group: string, tm: TmWords, devices: string[]): Pipeline {
  return [['discover', 'rm', ...waiting(tm), group, ...devices]];
}

export interface NewGroup {
  devices: string[];
  /** Words for discover add. */
  add: string[];
  /** Words for vg_create. */
  create: string[];
  /** How many devices are to carry metadata. */
  copies?: number | undefined;
}

export function createGroup(group: string, { devices, add, create, copies }: NewGroup, tm: TmWords): Pipeline[] {
  const labels = labelDevices(group, devices, tm, ['--new', ...add], carriersAmong(devices, copies));
  return isDry(tm) ? labels : [...labels, [find(group), ['tm', 'init', ...tm, group, '--', 'vg_create', ...create]]];
}

export function createVolume(group: string, volume: string, tm: TmWords, words: string[]): Pipeline[] {
  return [update(group, tm, ['lv_create', volume, ...words])];
}

export function extendGroup(group: string, devices: string[], tm: TmWords, add: string[]): Pipeline[] {
  const labels = labelDevices(group, devices, tm, add);
  return isDry(tm) ? labels : [...labels, [find(group), ['tm', 'expand', ...tm, group, '--', 'pv_add']]];
}

export function reduceGroup(group: string, devices: string[], tm: TmWords, words: string[] = []): Pipeline[] {
  return [
    [find(group), ['tm', 'reduce', ...tm, ...words, group, ...devices, '--', 'pv_remove', ...devices]],
    ...(isDry(tm) ? [] : [unlabel(group, tm, ['--if-there', ...devices])]),
  ];
}

export function removeVolume(group: string, volume: string, tm: TmWords): Pipeline[] {
  return [update(group, tm, ['lv_remove', volume])];
}

export function removeGroup(group: string, tm: TmWords): Pipeline[] {
  return [[find(group), ['tm', 'destroy', ...tm, group]], unlabel(group, tm, ['--all'])];
}

export function rename({ group, volume }: Target, to: string, tm: TmWords): Pipeline[] {
  return volume === undefined
    ? [[find(group), ['tm', 'rename', ...tm, group, to]]]
    : [update(group, tm, ['lv_rename', volume, to])];
}

export function splitGroup(group: string, name: string, devices: string[], tm: TmWords): Pipeline[] {
  return [[find(group), ['tm', 'split', ...tm, group, name, ...devices]]];
}

export function mergeGroup(group: string, into: string, tm: TmWords): Pipeline[] {
  return [[find(group), ['tm', 'merge', ...tm, group, into]]];
}

export function setVolume(group: string, volume: string, tm: TmWords, words: string[]): Pipeline[] {
  return [update(group, tm, ['lv_set', volume, ...words])];
}

export function setGroup(group: string, tm: TmWords, words: string[]): Pipeline[] {
  return [update(group, tm, ['vg_set', ...words])];
}

/**
 * One volume, or all of a group: `--all` (or `--auto`) and `--none` are vol_activate's own words.
 *
 * @param mode what volumes with missing devices do; without it they are refused
 */
export function activate(
  { group, volume }: Target,
  on: boolean,
  auto: boolean,
  tm: TmWords,
  mode?: 'degraded' | 'partial',
): Pipeline[] {
  const all = on ? (auto ? ['--auto'] : ['--all']) : ['--none'];
  const words = volume === undefined ? all : [on ? '--activate' : '--deactivate', volume];
  const missing = mode === undefined ? [] : ['--activation-mode', mode];
  return [[find(group), ['tm', 'activate', ...tm, group, '--', ...words, ...missing]]];
}

export function show({ group, volume }: Target, tm: TmWords, words: string[]): Pipeline[] {
  const rows = volume === undefined || words.includes('--show') ? [] : ['--show', 'lv'];
  const filter = volume === undefined ? [] : ['--filter', `lv_name = ${JSON.stringify(volume)}`];
  return [[find(group), ['tm', 'read', ...tm, group], ['report', group, ...rows, ...filter, ...words]]];
}

export function simple(command: 'verify' | 'recover' | 'history', group: string, tm: TmWords): Pipeline[] {
  return [[find(group), ['tm', command, ...tm, group]]];
}

export function regions(action: string, group: string, words: string[], tm: TmWords): Pipeline[] {
  return [[find(group), ['tm', 'regions', ...tm, action, group, ...words]]];
}

export function diff(group: string, versions: string[]): Pipeline[] {
  return [[find(group), ['tm', 'diff', group, ...versions]]];
}

export function rollback(group: string, version: string, tm: TmWords): Pipeline[] {
  return [[find(group), ['tm', 'rollback', ...tm, group, version]]];
}

export function batch(group: string, file: string, tm: TmWords): Pipeline[] {
  return [[find(group), ['tm', 'update', ...tm, '--batch', file, group]]];
}
