import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import { type Ended, inBatches, runProcess } from '#test/support/process.js';
import { toolPath } from '#test/support/runtime.js';
import { callsOf, commandWords, loadTools } from '#test/support/tools.js';
import type { Tool } from '#tool/command.js';
import { exitCodes } from '#tool/errors.js';
import { help } from '#tool/help.js';
import { version } from '#tool/version.js';

/** What every executable must do as a process. The list of tools is bin/ itself. */
const bins = readdirSync('bin');
const tools = new Map<string, Tool>();
const codes = new Set<number>(Object.values(exitCodes));

async function eachTool(check: (name: string, tool: Tool) => Promise<void>): Promise<void> {
  if (tools.size === 0) for (const tool of await loadTools()) tools.set(tool.name, tool);
  await inBatches(bins, async (name) => {
    const tool = tools.get(name);
    assert.ok(tool, `bin/${name} has no packages/*/commands/${name}.ts`);
    await check(name, tool);
  });
}

function run(name: string, args: readonly string[], options = {}): Promise<Ended> {
  return runProcess(toolPath(name), args, options);
}

/** One JSON error of this exit code (and stable code), nothing printed, nothing else said. */
function assertRefused(ended: Ended, call: string, exit: number, code?: string): void {
  assert.is(ended.code, exit, `${call}: exit\n${ended.stderr}`);
  assert.is(ended.stdout, '', `${call}: printed`);
  const error = JSON.parse(ended.stderr) as Record<string, unknown>;
  assert.is(error.kind, 'error', call);
  assert.match(String(error.code), /^[a-z][a-z0-9-]*$/, call);
  if (code !== undefined) assert.is(error.code, code, call);
  assert.not.match(ended.stderr, /\n\s+at |"stack"/);
}

const matrix = suite('matrix of processes');

matrix('--version, through a symbolic link from elsewhere; --help', () =>
  inTmp((dir) =>
    eachTool(async (name, tool) => {
      const link = join(dir, name);
      symlinkSync(toolPath(name), link);
      assert.equal(await runProcess(link, ['--version']), { code: 0, signal: null, stdout: `${name} ${version}\n`, stderr: '' });
      const { code, stdout, stderr } = await run(name, ['--help']);
      assert.equal([code, stderr, stdout], [0, '', await help(tool, undefined)], name);
    }),
  ),
);

matrix('unknown flag', () =>
  eachTool(async (name, tool) => {
    const words = tool.commands[0] ? commandWords(tool, tool.commands[0]) : [];
    assertRefused(await run(name, [...words, '--no-such-flag']), name, 64, 'unknown-option');
  }),
);

matrix('a config that is missing, a directory, writable by others, rubbish, of another kind (one for each tool in turn)', () =>
  inTmp((dir) => {
    const config = (file: string, text: string, mode = 0o600) => {
      writeFileSync(join(dir, file), text);
      chmodSync(join(dir, file), mode);
      return [file, text.startsWith('{"kind":"config"') ? 'untrusted-config' : 'bad-config'] as const;
    };
    mkdirSync(join(dir, 'd'), { mode: 0o700 });
    const cases = [
      ['none', 'no-config'] as const,
      ['d', 'no-config'] as const,
      config('open', '{"kind":"config","version":1}', 0o666),
      config('rubbish', '{'),
      config('other', '{"kind":"group","version":1}'),
    ];
    return eachTool(async (name, tool) => {
      const call = tool.commands[0] ? (callsOf(tool, tool.commands[0])[0] ?? []) : [];
      const [file, code] = cases[bins.indexOf(name) % cases.length] ?? ['none', 'no-config'];
      assertRefused(await run(name, ['-c', join(dir, file), ...call]), `${name} -c ${file}`, 78, code);
    });
  }),
);

matrix('a reader that leaves before the help is printed', () =>
  eachTool(async (name) => {
    const { stderr, signal } = await run(name, ['--help'], { leave: true });
    assert.equal([stderr, signal], ['', null], name);
  }),
);

matrix('--trace: one file for the user alone, also of a failure', () =>
  inTmp((dir) =>
    eachTool(async (name, tool) => {
      if (/^nothing\b/i.test(tool.input) || !tool.commands[0]) return;
      const call = callsOf(tool, tool.commands[0])[0] ?? [];
      const log = join(dir, name);
      const ended = await run(name, ['--trace', log, ...call], { input: '[1,' });
      assert.ok(codes.has(ended.code ?? 0), `${name} ${call.join(' ')}: exit ${ended.code}\n${ended.stderr}`);
      const files = readdirSync(log);
      assert.is(files.length, 1, name);
      assert.is(statSync(join(log, files[0] ?? '')).mode & 0o777, 0o600, name);
    }),
  ),
);

matrix.run();
