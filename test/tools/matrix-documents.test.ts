import { group } from '#test/fixtures/group.js';
import type { Samples } from '#test/fixtures/sample.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { type Reader, readers } from '#test/support/readers.js';
import { callsOf, commandWords, loadTools, requiredFlags, toolFiles } from '#test/support/tools.js';
import type { Command, Tool } from '#tool/command.js';
import { DvmError } from '#tool/errors.js';
import { flagName, help } from '#tool/help.js';
import { commonOptions, invoke } from '#tool/invoke.js';
import { canonical, canonicalLines, defaultLimits } from '#tool/json.js';
import type { OptionSpecs } from '#tool/options.js';

/** What every command must do with its arguments and its input; in one process, since a start of Node costs 50 ms. */
const test = suite('matrix of documents');

async function eachCommand(check: (tool: Tool, command: Command) => Promise<void>): Promise<void> {
  for (const tool of await loadTools()) for (const command of tool.commands) await check(tool, command);
}

function call(tool: Tool, argv: string[], input?: Uint8Array): Promise<unknown> {
  const readInput = async () => {
    assert.ok(input, `${tool.name} ${argv.join(' ')}: reads before it looks at its arguments`);
    return input;
  };
  return invoke(tool, argv, { readInput, note: () => {} });
}

async function refusal(tool: Tool, argv: string[], input?: Uint8Array): Promise<DvmError> {
  const words = `${tool.name} ${argv.join(' ')}`;
  const e = await thrown(() => call(tool, argv, input));
  assert.instance(e, DvmError, `${words}: ${(e as Error).stack}`);
  return e as DvmError;
}

test('every tool that reads something has a command that does', async () => {
  const names = new Set((await readers()).map((r) => r.tool.name));
  const silent = (await loadTools()).filter((t) => !/^nothing\b/i.test(t.input) && !names.has(t.name)).map((t) => t.name);
  assert.equal(silent, [], 'a tool without input says so: input is "nothing"');
});

test('help names every flag', () =>
  eachCommand(async (tool, command) => {
    const text = await help(tool, command.name);
    const options: OptionSpecs = { ...command.options, ...commonOptions };
    for (const [name, spec] of Object.entries(options)) {
      assert.ok(text.includes(`--${flagName(name, spec)}`), `${tool.name} ${command.name} --help names --${name}`);
      if (spec.alias) assert.ok(text.includes(`-${spec.alias},`), `${tool.name} ${command.name} --help names -${spec.alias}`);
    }
  }));

test('unknown flag, missing and unexpected argument, missing value', () =>
  eachCommand(async (tool, command) => {
    const words = commandWords(tool, command);
    assert.is((await refusal(tool, [...words, '--no-such-flag'])).code, 'unknown-option');
    assert.is((await refusal(tool, [...words, '--config'])).code, 'missing-value');
    const complete = callsOf(tool, command)[0] ?? [];
    assert.is((await refusal(tool, ['--trace', 'a', '--trace', 'b', ...complete])).code, 'repeated-option');
    if (command.positionals.some((p) => !p.optional)) {
      const e = await refusal(tool, [...words, ...requiredFlags(command)]);
      assert.is(e.code, 'missing-argument', `${tool.name} ${command.name}`);
    }
    if (command.positionals.at(-1)?.many || command.rest !== undefined) return;
    const many = command.positionals.map(() => 'x');
    assert.is((await refusal(tool, [...words, ...many, 'surplus'])).code, 'surplus-argument', `${tool.name} ${command.name}`);
  }));

const rubbish: Record<string, string | Uint8Array> = {
  'nothing at all': '',
  'white space': ' \n',
  'cut off': canonical(group).slice(0, 500),
  'cut off inside a string': '{"kind":"gro',
  'two documents': '{}{}',
  'duplicate keys': '{"kind":"group","kind":"group"}',
  'a number past 2^53': '{"kind":"group","version":1,"n":9007199254740993}',
  NaN: '{"kind":"group","version":NaN}',
  'not UTF-8': Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]),
  NUL: '{"kind":"group"}\0',
  'nested too deep': '['.repeat(100_000),
  'nested too deep, closed': `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
  __proto__: '{"__proto__":{"kind":"group"}}',
  null: 'null',
  'a number': '1',
  'a list': '[]',
  'no kind': '{}',
  'no version': '{"kind":"group"}',
  'an unknown kind': '{"kind":"no-such-kind","version":1}',
  HTML: '<!doctype html><title>502</title>',
  'too long': new Uint8Array(defaultLimits.bytes + 1),
};

for (const [what, bytes] of Object.entries(rubbish))
  test(`refused as input: ${what}`, async () => {
    for (const { tool, argv, name } of await readers()) {
      if (what === 'nothing at all' || what === 'white space') if (/\btext\b/.test(tool.input)) continue; // an empty program
      const e = await refusal(tool, argv, typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
      assert.is(e.exitCode, 65, `${name}: ${e.code}: ${e.message}`);
      assert.match(e.code, /^[a-z][a-z0-9-]*$/);
      assert.ok(e.message.length < 1000, name);
    }
  });

/** The kind that a reader expects, from its refusal of another. */
async function expectedKind({ tool, argv }: Reader): Promise<string | undefined> {
  const e = await refusal(tool, argv, Buffer.from('{"kind":"no-such-kind","version":1}'));
  return /expected a "([a-z-]+)"/.exec(e.message)?.[1];
}

async function samplesOf(kind: string): Promise<Samples> {
  const module: { samples: Samples } = await import(`../fixtures/samples/${kind}.ts`);
  return module.samples;
}

test('refused: a newer version, no version, and every invalid sample of its kind', async () => {
  let tried = 0;
  for (const reader of await readers()) {
    const kind = await expectedKind(reader);
    if (kind === undefined) continue;
    const { valid, invalid } = await samplesOf(kind);
    const refused = async (document: object, why: string) => {
      const e = await refusal(reader.tool, reader.argv, Buffer.from(JSON.stringify(document)));
      assert.is(e.exitCode, 65, `${reader.name}: ${why}: ${e.message}`);
      tried++;
      return e.code;
    };
    assert.is(await refused({ ...valid[0], version: 999 }, 'newer'), 'newer-version', reader.name);
    assert.is(await refused({ ...valid[0], version: '1' }, 'no number'), 'bad-version', reader.name);
    assert.is(await refused({ ...valid[0], more: 1 }, 'more'), 'bad-document', reader.name);
    for (const [why, sample] of Object.entries(invalid)) await refused(sample as object, why);
  }
  assert.ok(tried > 50);
});

/** Their tools only compute: they may be given sound documents, which name devices, on any machine. */
const purePackages = ['metadata', 'volumes', 'report'];

test('sound documents: never a defect, and twice the same', async () => {
  const pure = toolFiles().filter((f) => purePackages.includes(f.package));
  for (const reader of (await readers()).filter((r) => pure.some((f) => f.name === r.tool.name))) {
    const kind = await expectedKind(reader);
    for (const sample of kind === undefined ? [] : (await samplesOf(kind)).valid) {
      const outcome = () =>
        call(reader.tool, reader.argv, Buffer.from(canonicalLines(sample))).then(
          (result) => JSON.stringify(result),
          (e: unknown) => {
            assert.instance(e, DvmError, `${reader.name}: ${(e as Error).stack}`);
            return JSON.stringify(e);
          },
        );
      assert.is(await outcome(), await outcome(), reader.name);
    }
  }
});

test('a file that cannot be read', () =>
  eachCommand(async (tool, command) => {
    const readsFiles = command.positionals.filter((p) => /- is standard input|^file with/.test(p.describe));
    if (readsFiles.length === 0) return;
    for (const path of ['/no/such/file', '/']) {
      const argv = [
        ...commandWords(tool, command),
        ...command.positionals.filter((p) => !p.optional || readsFiles.includes(p)).map(() => path),
      ];
      const e = await refusal(tool, argv, Buffer.from('{}'));
      assert.is(`${e.exitCode} ${e.code}`, '66 no-input', `${tool.name} ${argv.join(' ')}: ${e.message}`);
    }
  }));

test.run();
