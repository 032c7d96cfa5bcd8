import { findProblems } from '#metadata/check.js';
import { type Editable, editableType, metadataOf, open } from '#metadata/editable.js';
import { samples as changes } from '#test/fixtures/samples/changes.js';
import { type Json, sameJson } from '#tool/json.js';
import { attempt, must, mustRoundTrip } from '../engine/oracle.js';
import { target, type Verdict } from '../engine/target.js';
import { transmitted } from '../mutate/document.js';
import { mutateJson } from '../mutate/json.js';
import { mutateText } from '../mutate/text.js';
import { editLines, isEditable, type Lines, mutateLines, runLine } from './edits.js';
import { groupDocuments } from './samples.js';

type Input = {
  document: Json;
  lines: Lines;
  /** The edits that vg_batch finds. */
  batch: string;
};

const batch = '# edits\nlv_create b --extents 2\n["lv_set", "b", "--add-tag", "x"]\n\nlv_remove b\n';
const batchWords = [
  'lv_create c --extents 1\n',
  'lv_thin_pool p -l 4\n',
  'vg_batch x\n',
  '["pv_add"]\n',
  '"',
  '$x',
  '#',
  'pv_move --abort\n',
];

export const filters = target<Input>({
  name: 'filters',
  what: 'vg_*, pv_*, lv_* on documents and command lines, one after another; what is sound stays sound',
  quick: 700,
  seeds: () => groupDocuments().flatMap((document) => editLines.map((line) => ({ document, lines: [line], batch }))),
  mutate: (input, random, other) => {
    const roll = random.below(10);
    if (roll < 3) return { ...input, document: mutateJson(input.document, random, other.document) };
    if (roll < 4) return { ...input, batch: mutateText(input.batch, random, other.batch, batchWords) };
    return { ...input, lines: mutateLines(input.lines, random, other.lines) };
  },
  run: async ({ document, lines, batch: text }) => {
    const first = attempt(() => editableType.parse(transmitted(document ?? null), 'input'));
    if (!first) return 'refused';
    // An older version that is not sound comes back as it was.
    const old = problemsOf(first).length === 0 ? first : groupDocuments()[0];
    const files = { OLD: old, BATCH: Buffer.from(String(text)), CHANGES: changes.valid[0] };
    let verdict: Verdict = 'refused';
    let before: Editable = first;
    for (const line of Array.isArray(lines) ? lines : []) {
      const output = await runLine(line, before, files);
      if (!isEditable(output)) continue;
      const after = mustRoundTrip(output, editableType);
      checkOutput(before, after);
      before = after;
      verdict = 'accepted';
    }
    return verdict;
  },
});

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
