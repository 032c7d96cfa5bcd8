import type { Edit, Place } from './edits.js';
import type { Input } from './region.js';

const blocksOfDeep = 8192;
/** As many as fit into a block. */
const older = 500;

/** Images that a thoughtful enemy would make: circles, one block in many places, counts and lengths without bounds. */
export function hostile(): Input[] {
  return [
    hostileInput('deep', 'prepare', allEntriesAlike()),
    hostileInput('deep', 'prepare', [...bothSlots(120, 8, blocksOfDeep * 4096), ...allEntriesAlike()]),
    hostileInput('history', 'prepare', bothSlots(164, 2, 8)),
    hostileInput('history', 'prepare', bothSlots(60, 4, 0xffffffff)),
    hostileInput('history', 'prepare', [...bothSlots(60, 4, 0xffffffff), ...olderEverywhere()]),
    hostileInput('history', 'prepare', [...bothSlots(60, 4, 0xffffffff), ...olderEverywhere(), ...unlistedRuns()]),
    hostileInput('prepared', 'commit', [swapped(0, 1), swapped(1, 0)]),
    hostileInput('pair', 'prepare', [{ disk: 1, at: { of: 'super', n: 0 }, field: { at: 32, width: 8 }, value: 2 ** 52 }]),
  ];
}

function hostileInput(image: Input['image'], act: Input['act'], edits: Edit[]): Input {
  return { image, edits, repair: 'whole', act };
}

function edit(at: Place, offset: number, width: 2 | 4 | 8, value: number): Edit {
  return { disk: 0, at, field: { at: offset, width }, value };
}

function bothSlots(offset: number, width: 2 | 4 | 8, value: number): Edit[] {
  return [0, 1].map((n) => edit({ of: 'super', n }, offset, width, value));
}

function swapped(n: number, with_: number): Edit {
  return { disk: 0, at: { of: 'super', n }, copy: { of: 'super', n: with_ } };
}

/** The root names one table in all its entries. */
function allEntriesAlike(): Edit[] {
  const root: Place = { of: 'root', n: 0 };
  const entries = Array.from({ length: 100 }, (_, i) => ({
    ...{ disk: 0, at: root, field: { at: 96 + 40 * i, width: 4 as const } },
    refer: { of: 'table' as const, n: 1 },
  }));
  return [edit(root, 30, 2, 100), ...entries];
}

/** The newest history block lists one block as all the older ones. */
function olderEverywhere(): Edit[] {
  const block: Place = { of: 'history', n: 0 };
  const entries = Array.from({ length: older }, (_, i) => [
    { disk: 0, at: block, field: { at: 96 + 8 * i, width: 4 as const }, refer: { of: 'history' as const, n: 1 } },
    edit(block, 100 + 8 * i, 4, 0xffff),
  ]);
  return [edit(block, 28, 2, 0), edit(block, 30, 2, older), ...entries.flat()];
}

/** An entry of the one that is listed does not say which blocks it freed: they are to be found by a walk. */
function unlistedRuns(): Edit[] {
  const block: Place = { of: 'history', n: 1 };
  return [edit(block, 28, 2, 1), edit(block, 30, 2, 0), edit(block, 192, 4, 0xffffffff)];
}
