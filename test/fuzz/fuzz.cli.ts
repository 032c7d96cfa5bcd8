import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Json } from '#tool/json.js';
import { campaign, type Finding, type Report } from './engine/campaign.js';
import { Coverage } from './engine/coverage.js';
import type { Target } from './engine/target.js';
import { Watchdog } from './engine/watchdog.js';
import { targets } from './targets/all.js';

const usage = `node build/test/fuzz/fuzz.cli.cjs [TARGET…] [--seed N] [--runs N] [--seconds N] [--keep DIR] [--show RUN] [--replay FILE]

  --seed N       where the random numbers start (1)
  --runs N       runs for each target (as many as the time allows)
  --seconds N    for each target (10, without --runs)
  --keep DIR     write findings to DIR/TARGET/ (those in test/fuzz/findings are tests)
  --show RUN     print the input of that run, and end
  --replay FILE  run a finding on TARGET, or on the one its directory is called by
`;

interface Limits {
  seed: number;
  runs: number;
  seconds: number;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...{ seed: { type: 'string', default: '1' }, runs: { type: 'string' }, seconds: { type: 'string' } },
      ...{ show: { type: 'string' }, keep: { type: 'string' }, replay: { type: 'string' } },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const names = values.replay === undefined ? positionals : [positionals[0] ?? basename(dirname(values.replay))];
  const unknown = names.filter((name) => !targets.some((t) => t.name === name));
  if (values.help || unknown.length > 0) return help(unknown);
  const chosen = targets.filter((t) => names.length === 0 || names.includes(t.name));
  if (values.replay !== undefined) return replay(chosen, values.replay);
  const limits = {
    seed: Number(values.seed),
    runs: Number(values.runs ?? Infinity),
    seconds: Number(values.seconds ?? (values.runs ? Infinity : 10)),
  };
  const reports: Report[] = [];
  for (const target of chosen) {
    const report = await fuzz(target, limits, values.show === undefined ? undefined : Number(values.show));
    if (values.keep) for (const [i, finding] of report.findings.entries()) save(join(values.keep, target.name), finding, i);
    reports.push(report);
  }
  conclude(reports);
}

function help(unknown: readonly string[]): void {
  const list = targets.map((t) => `  ${t.name.padEnd(14)}${t.what}`).join('\n');
  process.stdout.write(`${unknown.map((n) => `no target "${n}"\n`).join('')}${usage}\nTargets:\n${list}\n`);
  process.exitCode = unknown.length > 0 ? 64 : 0;
}

async function replay(chosen: readonly Target[], file: string): Promise<void> {
  const { input }: { input: Json } = JSON.parse(readFileSync(file, 'utf8'));
  for (const target of chosen) process.stdout.write(`${target.name}: ${await target.run(input)}\n`);
}

function conclude(reports: readonly Report[]): void {
  const sum = (of: (r: Report) => number) => reports.reduce((n, r) => n + of(r), 0);
  process.stdout.write(`${sum((r) => r.runs)} runs, ${sum((r) => r.findings.length)} findings\n`);
  if (sum((r) => r.findings.length) > 0) process.exitCode = 1;
}

async function fuzz(target: Target, limits: Limits, show: number | undefined): Promise<Report> {
  const watchdog = new Watchdog(`${target.name} --seed ${limits.seed}`);
  const coverage = new Coverage(__filename);
  const end = performance.now() + limits.seconds * 1000;
  const report = await campaign(target, {
    ...{ seed: limits.seed, runs: limits.runs, coverage, clock: () => performance.now() },
    enough: () => performance.now() > end,
    enter: (run, input) => {
      if (run === show) {
        process.stdout.write(`${JSON.stringify(input)}\n`);
        process.exit();
      }
      watchdog.enter(run, input);
    },
  });
  await watchdog.close();
  print(report, coverage.functions);
  coverage.close();
  return report;
}

function print({ target, seed, runs, accepted, corpus, slowest, findings }: Report, functions: number): void {
  const share = `${Math.round((100 * accepted) / runs)} % accepted`;
  const slow = `slowest ${slowest.milliseconds.toFixed(0)} ms (run ${slowest.run})`;
  process.stdout.write(
    `${target.padEnd(14)}seed ${seed}: ${runs} runs, ${share}, ${corpus} inputs kept, ${functions} functions, ${slow}\n`,
  );
  for (const { run, input, error } of findings) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stdout.write(
      `  run ${run}: ${text.split('\n').slice(0, 8).join('\n    ')}\n    input: ${JSON.stringify(input).slice(0, 1500)}\n`,
    );
  }
}

function save(dir: string, { run, input, error }: Finding, i: number): void {
  mkdirSync(dir, { recursive: true });
  const why = error instanceof Error ? error.message : String(error);
  writeFileSync(join(dir, `found-${run}-${i}.json`), `${JSON.stringify({ why, input }, null, 1)}\n`);
}

void main();
