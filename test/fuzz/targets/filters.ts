import { findProblems } from '#metadata/check.js';
import { tool as lvCreate } from '#metadata/commands/lv_create.js';
import { tool as lvExtend } from '#metadata/commands/lv_extend.js';
import { tool as lvReduce } from '#metadata/commands/lv_reduce.js';
import { tool as lvRemove } from '#metadata/commands/lv_remove.js';
import { tool as lvRename } from '#metadata/commands/lv_rename.js';
import { tool as lvSet } from '#metadata/commands/lv_set.js';
import { tool as pvAdd } from '#metadata/commands/pv_add.js';
import { tool as pvRemove } from '#metadata/commands/pv_remove.js';
import { tool as pvResize } from '#metadata/commands/pv_resize.js';
import { tool as pvSet } from '#metadata/commands/pv_set.js';
import { tool as vgCheck } from '#metadata/commands/vg_check.js';
import { tool as vgCreate } from '#metadata/commands/vg_create.js';
import { tool as vgRemove } from '#metadata/commands/vg_remove.js';
import { tool as vgSet } from '#metadata/commands/vg_set.js';
import { type Editable, editableType, metadataOf, open } from '#metadata/editable.js';
import { ids } from '#test/fixtures/group.js';
import type { Tool } from '#tool/command.js';
import { invoke, outputDocument } from '#tool/invoke.js';
import { sameJson } from '#tool/json.js';
import { attempt, attemptAsync, must, mustRoundTrip } from '../engine/oracle.js';
import { target } from '../engine/target.js';
import { mutatePart, type Parts, transmitted } from '../mutate/document.js';
import { groupDocuments } from './samples.js';

const tools: Readonly<Record<string, Tool>> = Object.fromEntries(
  [
    lvCreate,
    lvExtend,
    lvReduce,
    lvRemove,
    lvRename,
    lvSet,
    pvAdd,
    pvRemove,
    pvResize,
    pvSet,
    vgCheck,
    vgCreate,
    vgRemove,
    vgSet,
  ].map((tool) => [tool.name, tool]),
);

const lines = [
  ['lv_create', 'new', '--size', '12M'],
  ['lv_create', 'new', '--extents', '50%FREE', '--stripes', '2', '--stripe-size', '64K', '--allocation', 'anywhere'],
  ['lv_create', 'new', '-l', '3', '/dev/sda:50-59:70-', `${ids.pv2}:0+9`, '--tag', 'x', '--read-only', '--no-autoactivate'],
  ['lv_create', 'new', '-l', '100%PVS', '@ssd', '--allocation', 'contiguous'],
  ['lv_extend', 'data', '--size', '+40M', '--allocation', 'cling'],
  ['lv_extend', 'fast-1', '--extents', '100%FREE', '--stripes', '2'],
  ['lv_extend', ids.lost, '-l', '200%LV'],
  ['lv_reduce', 'data', '--size', '-8M'],
  ['lv_reduce', 'fast-1', '-l', '50%LV'],
  ['lv_remove', '@keep', 'fast-1'],
  ['lv_rename', 'data', 'other'],
  ['lv_set', 'data', '--add-tag', 'a', '--del-tag', 'db', '--read-only', 'on', '--allocation', 'inherit'],
  ['pv_add'],
  ['pv_remove', ids.gone],
  ['pv_resize'],
  ['pv_set', '/dev/sda', '--allocatable', 'off', '--add-tag', 't'],
  ['vg_check'],
  ['vg_create', '--extent-size', '1M', '--allocation', 'cling', '--tag', 'v'],
  ['vg_remove'],
  ['vg_set', '--extent-size', '8M', '--allocation', 'normal', '--add-tag', 'q'],
];
const words = [
  ...new Set([
    ...lines.flat(),
    ...Object.values(ids),
    '/dev/sdb',
    '@ssd',
    '+',
    '-',
    '1',
    '0',
    '8s',
    '999999E',
    '1.5',
    ':0-9',
    '--',
  ]),
];

export const filters = target<Parts>({
  name: 'filters',
  what: 'vg_*, pv_*, lv_* on documents and command lines; what is sound stays sound',
  quick: 1500,
  seeds: () => groupDocuments().flatMap((document) => lines.map((line) => ({ document, line }))),
  mutate: (input, random, other) => mutatePart(input, random, other, ['document', 'line'], words),
  run: async (input) => {
    const { document, line } = input;
    const [name = '', ...argv] = Array.isArray(line) ? line.map(String) : [];
    const tool = Object.hasOwn(tools, name) ? tools[name] : undefined;
    const before = attempt(() => editableType.parse(transmitted(document ?? null), 'input'));
    if (!tool || !before) return 'refused';
    const text = JSON.stringify(document);
    const result = await attemptAsync(() => invoke(tool, repeatable(name, argv), streams(text)));
    if (!result) return 'refused';
    checkOutput(before, mustRoundTrip(outputDocument(result.output), editableType));
    return 'accepted';
  },
});

function streams(text: string) {
  return { readInput: async () => Buffer.from(text), note: () => {}, files: new Map<string, unknown>() };
}

/** A volume's id and time are not left to chance. */
function repeatable(name: string, argv: string[]): string[] {
  return name === 'lv_create' ? ['--id', 'n'.repeat(20), '--time', '2026-01-31T12:00:00Z', ...argv] : argv;
}

function checkOutput(before: Editable, after: Editable): void {
  must(before.kind === after.kind, 'what comes in goes out');
  for (const part of ['envelope', 'devices'] as const)
    if (before.kind === 'group' && after.kind === 'group') must(sameJson(before[part], after[part]), `${part} is unchanged`);
  if (problemsOf(before).length > 0) return;
  const [problem] = problemsOf(after);
  must(!problem, `sound metadata stays sound: ${problem}`);
}

function problemsOf(document: Editable): string[] {
  if (document.kind === 'group' && !metadataOf(document)) return [];
  return findProblems(open(document)).map((p) => p.message);
}
