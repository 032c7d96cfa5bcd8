import { desiredType, planType } from '#dm/documents.js';
import { dump } from '#dm/dump.js';
import { plan } from '#dm/planner/plan.js';
import { checkProgram } from '#dm/program/check.js';
import { runChecked } from '#dm/program/machine.js';
import { SimKernel } from '#dm/sim/sim-kernel.js';
import { editableGroupType } from '#metadata/editable.js';
import { ids } from '#test/fixtures/group.js';
import { invoke, outputDocument } from '#tool/invoke.js';
import type { Json } from '#tool/json.js';
import { tool } from '#volumes/commands/vol_activate.js';
import { attempt, attemptAsync, must, mustRoundTrip } from '../engine/oracle.js';
import { target } from '../engine/target.js';
import { mutatePart, type Parts, transmitted } from '../mutate/document.js';
import { groupDocuments } from './samples.js';

const lines = [
  ['--all'],
  ['--all', '--activation-mode', 'partial'],
  ['--auto', '--deactivate', 'data', '--activation-mode', 'partial'],
  ['--none', '--activate', 'data', '--activate', 'fast-1'],
  ['--none', '--activate', '@db'],
];
const words = [...new Set([...lines.flat(), ...Object.values(ids), 'region0', '8:0', '8:16', '/dev/sda'])];

export const activate = target<Parts>({
  name: 'activate',
  what: 'group → vol_activate → plan → the simulated kernel; a second plan has nothing to do',
  quick: 600,
  seeds: () => groupDocuments().flatMap((document) => lines.map((line) => ({ document, line }))),
  mutate: (input, random, other) => mutatePart(input, random, other, ['document', 'document', 'line'], words),
  run: async (input) => {
    const { document, line } = input;
    const group = attempt(() => editableGroupType.parse(transmitted(document ?? null), 'input'));
    if (!group) return 'refused';
    const argv = Array.isArray(line) ? line.map(String) : [];
    const streams = { readInput: async () => Buffer.from(JSON.stringify(document)), note: () => {}, files: new Map() };
    const result = await attemptAsync(() => invoke(tool, argv, streams));
    if (!result) return 'refused';
    const desired = mustRoundTrip(outputDocument(result.output), desiredType);
    const kernel = attempt(
      () => new SimKernel({ kind: 'sim-kernel', version: 1, backing: backingOf(group.devices), devices: {} }),
    );
    const first = kernel && attempt(() => plan(dump(kernel), desired));
    if (!kernel || !first) return 'refused';
    mustRoundTrip(first, planType);
    for (const [phase, program] of Object.entries(first.phases))
      must(checkProgram(program).length === 0, `the checker takes ${phase} of every plan`);
    const reached = [first.phases.phase1, first.phases.phase2].every((program) => runChecked(program, kernel).exit === 0);
    if (reached) must(plan(dump(kernel), desired).summary.length === 0, 'a second plan has nothing to do');
    return 'accepted';
  },
});

function backingOf(devices: { [pv: string]: { path: string; dev?: string; size: number } }) {
  const backing: { [path: string]: { dev: string; size: number } } = {};
  for (const { path, dev, size } of Object.values(devices))
    if (dev !== undefined && /^\d{1,4}:\d{1,7}$/.test(dev) && path !== '__proto__') backing[path] = { dev, size };
  return backing satisfies Json;
}
