import { assert, suite, thrown } from '#test/support/check.js';
import { command, Lines, Text, type Tool } from '#tool/command.js';
import { documentType } from '#tool/document.js';
import { type DvmError, DvmError as ErrorClass, exitCodes, fail } from '#tool/errors.js';
import { help, synopsis } from '#tool/help.js';
import { asDvmError, Checked, chooseCommand, invoke, outputDocument } from '#tool/invoke.js';

const anything = documentType<{ kind: string }>(
  'thing',
  1,
  Object.assign(() => true, { errors: null }),
);
const find = command({
  name: 'find',
  summary: 'finds',
  positionals: [{ name: 'VG', describe: 'd' }],
  options: {
    wait: { type: 'boolean', default: true, describe: 'does not wait' },
    size: { type: 'string', value: 'SIZE', describe: 'how much', required: true },
  },
  run: async (call) => {
    call.exit(3);
    return { vg: call.positionals[0], size: call.options.size };
  },
});
const read = command({ name: 'read', summary: 'reads', positionals: [], options: {}, run: (call) => call.input(anything) });
const update = command({
  name: 'update',
  summary: 'updates',
  positionals: [],
  options: {},
  rest: 'PROGRAM…',
  run: (call) => ({ rest: call.rest ?? null }),
});
const tool: Tool = {
  name: 'multi',
  summary: 'many',
  input: 'in',
  output: 'out',
  commands: [find, read, update],
  defaultCommand: 'find',
};
const strict: Tool = { ...tool };
delete strict.defaultCommand;

const input = (text: string) => ({ readInput: async () => Buffer.from(text), note: () => {} });
const run = suite('invoke');

run('chooses the command by the first word, past common flags', async () => {
  const chosen = (...argv: string[]) => {
    const { command: c, args } = chooseCommand(tool, argv);
    return [c.name, ...args].join(' ');
  };
  assert.is(chosen('find', 'a'), 'find a');
  assert.is(chosen('-c', 'read', 'find', 'a'), 'find -c read a');
  assert.is(chosen('--trace', 'read', 'update', '--', 'x'), 'update --trace read -- x');
  assert.is(chosen('vg0'), 'find vg0');
  const code = async (argv: string[], t = strict) => (await thrown<DvmError>(() => chooseCommand(t, argv))).message;
  assert.is(await code(['vg0']), '"vg0" is not a command of multi: find, read, update');
  assert.is(await code([]), 'multi needs a command: find, read, update');
  assert.is(await code(['--', 'find'], tool), 'multi needs a command: find, read, update');
});

run('result: output and exit code', async () => {
  assert.equal(await invoke(tool, ['find', 'a', '--size', '1'], input('')), { output: { vg: 'a', size: '1' }, exitCode: 3 });
  assert.equal((await invoke(tool, ['update', '--', 'a', '--b'], input(''))).output, { rest: ['a', '--b'] });
});

run('a document on standard input: as bytes, or handed over as a value', async () => {
  const document = { kind: 'thing', version: 1 };
  assert.equal((await invoke(tool, ['read'], input('{"kind":"thing","version":1}'))).output, document);
  const checked = { readInput: async () => new Checked(document), note: () => {} };
  assert.is((await invoke(tool, ['read'], checked)).output, document);
  const e = await thrown<DvmError>(() =>
    invoke(tool, ['read'], { ...checked, readInput: async () => new Checked({ kind: 'other' }) }),
  );
  assert.is(e.code, 'wrong-kind');
});

run('a file as bytes: read, or handed over as bytes or as a document', async () => {
  const bytes = command({
    name: 'bytes',
    summary: 'reads',
    positionals: [{ name: 'F', describe: 'd' }],
    options: {},
    run: async (call) => new Text(Buffer.from(await call.fileBytes(call.positionals[0] ?? '')).toString()),
  });
  const files = new Map<string, unknown>([
    ['b', Buffer.from('as it is')],
    ['d', { b: 1, a: 2 }],
  ]);
  const read = async (name: string) => {
    const { output } = await invoke({ ...tool, commands: [bytes, find] }, ['bytes', name], { ...input(''), files });
    return (output as Text).text;
  };
  assert.is(await read('b'), 'as it is');
  assert.is(await read('d'), '{\n"a":2,\n"b":1\n}\n');
  assert.match(await read('package.json'), /"name": "dvm"/);
  assert.is((await thrown<DvmError>(() => read('none'))).code, 'no-input');
});

run('help or version in a group of short flags is not passed over', async () => {
  const grouped: Tool = {
    ...tool,
    commands: [command({ ...read, options: { force: { type: 'boolean', alias: 'f', describe: 'd' } } })],
  };
  const e = await thrown<DvmError>(() => invoke(grouped, ['read', '-fh'], input('')));
  assert.is(e.message, 'option "--help" stands in a group of flags');
});

run('outputs hand their documents on', () => {
  assert.equal(outputDocument(new Lines({ a: 1 })), { a: 1 });
  assert.equal(outputDocument({ a: 1 }), { a: 1 });
  assert.instance(outputDocument(new Text('x')), Text);
});

run('errors: their document, and defects', () => {
  const e = fail('busy', 'is-busy', 'm "x"', { hint: 'h', details: { a: 1 } });
  assert.equal(e.toJSON(), { kind: 'error', version: 1, code: 'is-busy', message: 'm "x"', hint: 'h', details: { a: 1 } });
  assert.is(e.exitCode, exitCodes.busy);
  assert.is(asDvmError(e), e);
  assert.equal(Object.keys(fail('busy', 'c', 'm').toJSON()), ['code', 'kind', 'message', 'version']);
  for (const odd of [new TypeError('boom'), 'boom', undefined]) {
    const defect = asDvmError(odd);
    assert.instance(defect, ErrorClass);
    assert.is(`${defect.code} ${defect.exitCode}`, 'internal 70');
  }
  assert.match(asDvmError(new TypeError('boom')).message, /a defect in dvm: boom/);
});

run('help: synopsis, every option in the form that changes something', async () => {
  assert.is(synopsis(tool, find), 'multi find VG [options]');
  assert.is(synopsis(tool, update), 'multi update [options] -- PROGRAM…');
  const text = await help(tool, 'find');
  for (const part of [
    'multi find VG [options]',
    '--no-wait',
    '--size',
    'SIZE: how much (required)',
    '-c, --config',
    '--trace',
    '-h, --help',
    '--version',
    'Reads: in',
  ])
    assert.ok(text.includes(part), part);
  assert.not.match(text, '--wait ');
  const all = await help(tool, undefined);
  for (const part of ['multi COMMAND [options]', 'find VG [options]', 'read [options]', 'updates'])
    assert.ok(all.includes(part), part);
});

run.run();
