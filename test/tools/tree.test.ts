import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { assert, suite } from '#test/support/check.js';
import { loadTools, toolFiles } from '#test/support/tools.js';
import type { Command, Tool } from '#tool/command.js';
import { exitCodes } from '#tool/errors.js';
import { flagName, synopsis } from '#tool/help.js';
import { commonOptions } from '#tool/invoke.js';
import type { OptionSpecs } from '#tool/options.js';

/** One tool is one name: its command file, its entry in bin/, its page, its tests. Names whatever piece is missing. */
const test = suite('tree');
const names = toolFiles().map((f) => f.name);
const sections = ['NAME', 'SYNOPSIS', 'INPUT', 'OUTPUT', 'OPTIONS', 'EXIT', 'EXAMPLES', 'SEE ALSO'];

function assertNone(problems: string[]): void {
  assert.equal(problems, [], problems.join('\n'));
}

function page(name: string): string {
  const path = `docs/tools/${name}.md`;
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** The text between a heading and the next one of its level. */
function section(text: string, title: string): string {
  return text.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
}

test('bin/ holds the tools, each two lines, executable', () => {
  const text = (name: string) => `#!/usr/bin/env node\nrequire('../build/bin/${name}.cjs');\n`;
  const bins = readdirSync('bin');
  assertNone([
    ...names.filter((n) => !bins.includes(n)).map((n) => `bin/${n} is missing`),
    ...bins.filter((n) => !names.includes(n)).map((n) => `bin/${n} has no packages/*/commands/${n}.ts`),
    ...bins.filter((n) => (statSync(`bin/${n}`).mode & 0o777) !== 0o755).map((n) => `bin/${n} is not of mode 755`),
    ...bins.filter((n) => readFileSync(`bin/${n}`, 'utf8') !== text(n)).map((n) => `bin/${n} is not the two lines`),
  ]);
});

test('a tool is called what its file is called', async () => {
  const files = toolFiles();
  const tools = await loadTools();
  assertNone(files.filter((f, i) => tools[i]?.name !== f.name).map((f) => `packages/${f.package}/commands/${f.name}.ts`));
  assert.is(new Set(names).size, names.length, 'one name, one tool');
});

test('docs/tools/ holds a page for each tool, with its sections in order', () => {
  const pages = readdirSync('docs/tools').map((f) => f.replace(/\.md$/, ''));
  assertNone([
    ...names.filter((n) => !pages.includes(n)).map((n) => `docs/tools/${n}.md is missing`),
    ...pages.filter((n) => !names.includes(n)).map((n) => `docs/tools/${n}.md has no tool`),
    ...pages.flatMap((n) => {
      const found = [...page(n).matchAll(/^## (.*)$/gm)].map((m) => m[1] ?? '').filter((t) => sections.includes(t));
      return found.join() === sections.join() ? [] : [`docs/tools/${n}.md: sections ${found.join(', ')}`];
    }),
    ...pages
      .filter((n) => !new RegExp(`\\n${n} [-–] `).test(section(page(n), 'NAME')))
      .map((n) => `docs/tools/${n}.md: NAME is not "${n} - …"`),
  ]);
});

/** Without the brackets of what may be left out: a page may show the forms one by one. */
function bare(text: string): string {
  return text.replaceAll(/[[\]]/g, '');
}

test('the synopsis of every command is in its page', async () => {
  assertNone(
    (await loadTools()).flatMap((tool) => {
      const lines = ` ${bare(section(page(tool.name), 'SYNOPSIS')).replaceAll('\n', ' \n ')} `;
      return tool.commands
        .map((c) => bare(synopsis(tool, c).split(' [options]')[0] ?? ''))
        .filter((s) => !lines.includes(` ${s} `))
        .map((s) => `docs/tools/${tool.name}.md: SYNOPSIS lacks "${s}"`);
    }),
  );
});

/** `--name` for every flag of a tool's commands, those of every tool left out. */
function flagsOf(tool: Tool): Set<string> {
  const of = (options: OptionSpecs) => Object.entries(options).map(([name, spec]) => `--${flagName(name, spec)}`);
  return new Set(tool.commands.flatMap((c: Command) => of(c.options)));
}

test('every flag is in OPTIONS of its page, and every flag there exists', async () => {
  const common = Object.keys(commonOptions).map((name) => `--${name}`);
  assertNone(
    (await loadTools())
      .filter((tool) => page(tool.name) !== '')
      .flatMap((tool) => {
        const flags = flagsOf(tool);
        const spans = section(page(tool.name), 'OPTIONS').match(/`-[^`\n]*`/g) ?? [];
        const described = new Set(spans.flatMap((span) => span.match(/--[a-z][a-z-]*/g) ?? []));
        return [
          ...[...flags].filter((f) => !described.has(f)).map((f) => `docs/tools/${tool.name}.md: OPTIONS lacks ${f}`),
          ...[...described]
            .filter((f) => !flags.has(f) && !common.includes(f) && !flags.has(f.replace('--', '--no-')))
            .map((f) => `docs/tools/${tool.name}.md: ${f} is no flag of it`),
        ];
      }),
  );
});

test('every tool has a test that names it', () => {
  const tests = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter(
    (f) => f.endsWith('.test.ts') && !f.startsWith('tools/'),
  );
  const texts = tests.map((f) => readFileSync(`test/${f}`, 'utf8'));
  assertNone(
    names.filter((n) => !texts.some((t) => new RegExp(`\\b${n}\\b`).test(t))).map((n) => `no test outside test/tools names ${n}`),
  );
});

test('docs/exit-codes.md is the table of exit codes', () => {
  const rows = [...readFileSync('docs/exit-codes.md', 'utf8').matchAll(/^\| (\d+) +\| `([A-Za-z]+)`/gm)];
  assert.equal(
    rows.map((m) => [m[2], Number(m[1])]),
    Object.entries(exitCodes),
  );
});

test.run();
