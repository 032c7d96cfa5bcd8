import { currentType } from '#dm/documents.js';
import validateReport from '#gen/report.js';
import { editableType } from '#metadata/editable.js';
import { formats, shows, units } from '#report/choices.js';
import { tool } from '#report/commands/report.js';
import { fieldsOf } from '#report/fields.js';
import { Text } from '#tool/command.js';
import { invoke } from '#tool/invoke.js';
import { parseJson } from '#tool/json.js';
import { attempt, attemptAsync, must } from '../engine/oracle.js';
import { target } from '../engine/target.js';
import { mutatePart, type Parts, transmitted } from '../mutate/document.js';
import { currentDocuments, groupDocuments } from './samples.js';

const lines = [
  [],
  ['--show', 'all', '-o', 'all', '--all', '--current', 'CURRENT'],
  ['--show', 'seg', '-o', '+devices,pv_name', '--format', 'csv', '--units', 'b'],
  ['--show', 'lv', '-o', 'all', '-O', '-lv_size,lv_name', '-S', 'lv_size >= 10M and not lv_name =~ "^f"', '--format', 'json'],
  ['--format', 'tree', '--current', 'CURRENT'],
  ['--map', '--color', 'always', '--width', '60'],
  ['--show', 'pv', '--units', 'm', '--no-headings', '-S', 'pv_tags = ssd || pv_missing'],
  ['--format', 'ndjson', '--units', 'e', 'vg-0'],
];
const names = Object.values(fieldsOf).flatMap((fields) => fields.map((f) => f.name));
const flags = [
  '--show',
  '-o',
  '-O',
  '-S',
  '--format',
  '--units',
  '--width',
  '--color',
  '--current',
  '--map',
  '--all',
  '--no-headings',
];
const words = [...names, ...names.map((n) => `+${n}`), ...formats, ...units, ...shows, ...flags, 'CURRENT', '20', '10000', '-1'];

export const report = target<Parts>({
  name: 'report',
  what: 'report: any group, any current, any command line, every format',
  quick: 800,
  seeds: () =>
    groupDocuments().flatMap((document, i) =>
      lines.map((line, j) => ({ document, current: currentDocuments()[(i + j) % 2] ?? null, line })),
    ),
  mutate: (input, random, other) => mutatePart(input, random, other, ['document', 'document', 'line', 'current'], words),
  run: async (input) => {
    const { document, current, line } = input;
    const known = attempt(() => currentType.parse(transmitted(current ?? null), 'current'));
    if (!known || !attempt(() => editableType.parse(transmitted(document ?? null), 'input'))) return 'refused';
    const argv = ['--no-kernel', ...(Array.isArray(line) ? line.map(String) : [])];
    const streams = {
      ...{ readInput: async () => Buffer.from(JSON.stringify(document)), note: () => {} },
      files: new Map([['CURRENT', known]]),
    };
    const result = await attemptAsync(() => invoke(tool, argv, streams));
    if (!result) return 'refused';
    must(result.output instanceof Text, 'a report is text');
    checkText(result.output.text, argv);
    return 'accepted';
  },
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const control = /[\u0000-\u0009\u000b-\u001a\u001c-\u001f\u007f-\u009f]/;

/** What programs read is sound JSON of the right form; what people read holds nothing that a terminal obeys. */
function checkText(text: string, argv: string[]): void {
  const format = argv.findLast((_, i) => argv[i - 1] === '--format') ?? 'table';
  if (format === 'json')
    must(validateReport(parseJson(text, 'report')), `a report keeps to its schema: ${JSON.stringify(validateReport.errors)}`);
  else if (format === 'ndjson') for (const row of text.split('\n').filter(Boolean)) parseJson(row, 'row');
  else if (format !== 'csv') must(!control.test(text), 'no control characters for the terminal');
}
