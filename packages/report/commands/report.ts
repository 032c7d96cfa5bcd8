import { currentType } from '#dm/documents.js';
import { editableType } from '#metadata/editable.js';
import { type Call, singleTool, Text } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import { type Activation, activationOf } from '../activation.js';
import { formats, shows, units } from '../choices.js';
import { parseFilter } from '../filter.js';
import { formatMap } from '../map.js';
import { renderReport } from '../render.js';
import { parseSort } from '../select.js';
import { type Subject, subjectOf, viewOf } from '../views.js';

const options = {
  show: { type: 'string', choices: shows, describe: 'what to show: one kind of row, all, or a summary without segments' },
  options: { type: 'list', alias: 'o', value: 'FIELDS', describe: 'fields, comma between; +FIELDS adds to the usual ones; all' },
  sort: { type: 'list', alias: 'O', value: 'FIELDS', describe: 'order by these; -FIELD from large to small' },
  filter: {
    type: 'string',
    alias: 'S',
    value: 'FILTER',
    describe: 'only rows that pass, such as "lv_size >= 10G and lv_active"',
  },
  format: { type: 'string', choices: formats, default: 'table', describe: 'form of the output' },
  units: { type: 'string', choices: units, default: 'h', describe: 'unit of sizes; h: for people, in JSON and CSV sectors' },
  headings: { type: 'boolean', default: true, describe: 'leave out the names of columns' },
  all: { type: 'boolean', alias: 'a', describe: 'hidden volumes too' },
  map: { type: 'boolean', describe: "draw each PV's extents instead" },
  width: { type: 'integer', value: 'COLUMNS', describe: "width of the map; the terminal's, else 80" },
  color: {
    type: 'string',
    choices: ['auto', 'always', 'never'],
    default: 'auto',
    describe: 'colours in the map; auto: on a terminal',
  },
  current: { type: 'string', value: 'FILE', describe: 'take the activation from a current document (dmexec --dump)' },
  kernel: { type: 'string', value: 'KERNEL', default: 'real', describe: 'what is active is asked of: real, or sim:FILE' },
  'no-kernel': { type: 'boolean', describe: 'do not ask what is active' },
} as const;

export const tool = singleTool({
  name: 'report',
  summary: 'shows a group: its PVs, volumes, segments and what is active',
  input: 'a group or metadata document',
  output: 'a table, tree or map, or a report as JSON, NDJSON or CSV',
  positionals: [{ name: 'VG', describe: 'name or id that the group must have', optional: true }],
  options,
  run,
});

async function run(call: Call<typeof options>): Promise<Text> {
  const o = call.options;
  const selection = {
    sort: parseSort(o.sort),
    hidden: o.all,
    filter: o.filter === undefined ? undefined : parseFilter(o.filter),
  };
  if (o.map && (o.format !== 'table' || o.show !== undefined || o.options.length > 0 || o.sort.length > 0 || selection.filter))
    throw fail('usage', 'bad-option', 'option "--map" goes with --units, --width and --color only');
  const subject = subjectOf(await call.input(editableType));
  checkGroup(subject, call.positionals[0]);
  const groups = [viewOf(subject, await activation(call))];
  if (o.map) return new Text(formatMap(groups, { unit: o.units, ...screen(call) }));
  return new Text(
    renderReport(groups, {
      ...selection,
      show: o.show,
      fields: o.options,
      format: o.format,
      unit: o.units,
      headings: o.headings,
    }),
  );
}

function checkGroup({ group }: Subject, wanted: string | undefined): void {
  if (wanted === undefined) return;
  if (!group) throw fail('badInput', 'no-envelope', `the input is bare metadata: whether it is of group "${wanted}" is unknown`);
  const { id, name } = group.envelope.group;
  if (wanted !== id && wanted !== name)
    throw fail('notFound', 'other-group', `the input is group "${name}" (${id}), not "${wanted}"`);
}

async function activation(call: Call<typeof options>): Promise<Activation | undefined> {
  const { current, kernel, 'no-kernel': unasked } = call.options;
  if (current !== undefined) return activationOf(await call.file(current, currentType));
  if (unasked) return undefined;
  const { activationNow } = await import('../ask-kernel.js');
  return activationNow(kernel);
}

function screen(call: Call<typeof options>): { width: number; colour: boolean } {
  const terminal = call.terminal();
  const { color } = call.options;
  const width = call.options.width ?? terminal?.columns ?? 80;
  if (width < 20 || width > 10_000) throw fail('usage', 'bad-option', `option "--width" is ${width}, not between 20 and 10000`);
  return { width, colour: color === 'always' || (color === 'auto' && terminal !== undefined) };
}
