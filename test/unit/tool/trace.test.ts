import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite, thrown } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import { type Call, singleTool, Text } from '#tool/command.js';
import { type DvmError, fail } from '#tool/errors.js';
import { invokeTraced } from '#tool/trace.js';

const echo = singleTool({
  name: 'echo',
  summary: 's',
  input: 'i',
  output: 'o',
  positionals: [],
  options: { fail: { type: 'boolean', describe: 'd' }, text: { type: 'boolean', describe: 'd' } },
  async run(call: Call) {
    const input = Buffer.from(await call.inputBytes()).toString();
    if (call.options.fail) throw fail('busy', 'is-busy', 'something "x" is busy');
    return call.options.text ? new Text(input) : { got: input.length };
  },
});

/** The one record that a run leaves in DIR/log, and its file's mode. */
async function recordOf(dir: string, argv: string[], input: string) {
  const log = join(dir, 'log');
  const streams = { readInput: async () => Buffer.from(input), note: () => {} };
  await invokeTraced(echo, [...argv, '--trace', log], streams).catch(() => {});
  const [name, more] = readdirSync(log);
  assert.ok(name && !more);
  return { name, mode: statSync(join(log, name)).mode & 0o777, record: JSON.parse(readFileSync(join(log, name), 'utf8')) };
}

const trace = suite('trace');

trace('a run: what it was given, what it printed, for the user alone', () =>
  inTmp(async (dir) => {
    const { name, mode, record } = await recordOf(dir, [], '{"b":1,"a":2}');
    assert.is(mode, 0o600);
    assert.is(statSync(join(dir, 'log')).mode & 0o777, 0o700);
    assert.match(name, /^\d{20}-\d+-echo\.json$/);
    const { started, time, milliseconds, pid, argv, ...rest } = record;
    assert.equal(rest, { kind: 'trace', version: 1, tool: 'echo', exit: 0, input: { a: 2, b: 1 }, output: { got: 13 } });
    assert.is(argv[0], '--trace');
    assert.is(name, `${started}-${pid}-echo.json`);
    assert.ok(milliseconds >= 0 && !Number.isNaN(Date.parse(time)));
  }),
);

trace('a failed run: its error', () =>
  inTmp(async (dir) => {
    const { record } = await recordOf(dir, ['--fail'], '1');
    assert.is(record.exit, 75);
    assert.is(record.error.code, 'is-busy');
    assert.is(record.output, undefined);
  }),
);

const counting = singleTool({
  name: 'counting',
  summary: 's',
  input: 'i',
  output: 'o',
  positionals: [],
  options: { broken: { type: 'boolean', describe: 'd' } },
  run: (call) => count(call.options.broken),
});

async function* count(broken: boolean) {
  yield { n: 1 };
  yield { n: 2 };
  if (broken) throw fail('io', 'is-broken', 'device "x" is broken');
}

/** The record of a stream that is read until `most` documents have come, or to its end. */
async function streamRecord(dir: string, argv: string[], most: number) {
  const { output } = await invokeTraced(counting, [...argv, '--trace', dir], {
    readInput: async () => Buffer.alloc(0),
    note: () => {},
  });
  const failure = await thrown(async () => {
    for await (const { n } of output as AsyncIterable<{ n: number }>) if (n === most) break;
    throw new Error('ended');
  });
  const [name = ''] = readdirSync(dir);
  return { failure, record: JSON.parse(readFileSync(join(dir, name), 'utf8')) };
}

trace('a stream: every document that was read, when it has ended', () =>
  inTmp(async (dir) => {
    const { record } = await streamRecord(dir, [], 9);
    assert.equal([record.output, record.exit, record.error], [[{ n: 1 }, { n: 2 }], 0, undefined]);
  }),
);

trace('a stream that fails, and one whose reader leaves', async () => {
  await inTmp(async (dir) => {
    const { failure, record } = await streamRecord(dir, ['--broken'], 9);
    assert.is((failure as DvmError).code, 'is-broken');
    assert.equal([record.output, record.exit, record.error.code], [[{ n: 1 }, { n: 2 }], 74, 'is-broken']);
  });
  await inTmp(async (dir) => assert.equal((await streamRecord(dir, [], 1)).record.output, [{ n: 1 }]));
});

for (const rubbish of ['{"a":1,"a":2}', '9007199254740993', '1e300', '{', '['.repeat(100_000), 'a\0'])
  trace(`input that is no sound document is kept as it came: ${rubbish.slice(0, 20)}`, () =>
    inTmp(async (dir) => assert.is((await recordOf(dir, ['--text'], rubbish)).record.input, rubbish)),
  );

trace('no flag, or one behind "--": no log', () =>
  inTmp(async (dir) => {
    const streams = { readInput: async () => Buffer.from('1'), note: () => {} };
    await invokeTraced(echo, [], streams);
    await invokeTraced(echo, ['--', '--trace', dir], streams).catch(() => {});
    assert.equal(readdirSync(dir), []);
  }),
);

trace('a directory that cannot be used stops the run before it begins', () =>
  inTmp(async (dir) => {
    const file = join(dir, 'file');
    writeFileSync(file, '');
    let asked = false;
    const readInput = async () => {
      asked = true;
      return Buffer.from('1');
    };
    for (const path of [file, join(file, 'below')]) {
      const e = await thrown<DvmError>(() => invokeTraced(echo, [`--trace=${path}`], { readInput, note: () => {} }));
      assert.is(`${e.code} ${e.exitCode}`, 'no-trace 73');
    }
    assert.not(asked);
  }),
);

trace.run();
