import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { campaign, type Finding, type Report } from './engine/campaign.js';
import { Coverage } from './engine/coverage.js';
import type { Target } from './engine/target.js';
import { Watchdog } from './engine/watchdog.js';
import { targets } from './targets/all.js';

const usage = `node build/test/fuzz/fuzz.cli.cjs [TARGET…] [--seed N] [--runs N] [--seconds N] [--show RUN] [--keep DIR]

  --seed N      where the random numbers start (1)
  --runs N      runs for each target (as many as the time allows)
  --seconds N   for each target (10, without --runs)
  --show RUN    print that run's input and end
  --keep DIR    write findings to DIR/TARGET/ (test/fuzz/findings are run by make test)
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...{ seed: { type: 'string', default: '1' }, runs: { type: 'string' }, seconds: { type: 'string' } },
      ...{ show: { type: 'string' }, keep: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    },
  });
  const unknown = positionals.filter((name) => !targets.some((t) => t.name === name));
  if (values.help || unknown.length > 0) {
    const list = targets.map((t) => `  ${t.name.padEnd(14)}${t.what}`).join('\n');
    process.stdout.write(`${unknown.map((n) => `no target "${n}"\n`).join('')}${usage}\nTargets:\n${list}\n`);
    process.exitCode = unknown.length > 0 ? 64 : 0;
    return;
  }
  const chosen = targets.filter((t) => positionals.length === 0 || positionals.includes(t.name));
  const limits = {
    seed: Number(values.seed),
    runs: Number(values.runs ?? Infinity),
    seconds: Number(values.seconds ?? (values.runs ? Infinity : 10)),
  };
  const reports: Report[] = [];
  for (const target of chosen)
    reports.push(await fuzz(target, limits, values.show === undefined ? undefined : Number(values.show), values.keep));
  const sum = (of: (r: Report) => number) => reports.reduce((n, r) => n + of(r), 0);
  process.stdout.write(`${sum((r) => r.runs)} runs, ${sum((r) => r.findings.length)} findings\n`);
  if (sum((r) => r.findings.length) > 0) process.exitCode = 1;
}

async function fuzz(
  target: Target,
  limits: { seed: number; runs: number; seconds: number },
  show: number | undefined,
  keep: string | undefined,
): Promise<Report> {
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
      watchdog.enter(run);
    },
  });
  await watchdog.close();
  print(report, coverage.functions);
  coverage.close();
  if (keep) for (const [i, finding] of report.findings.entries()) save(join(keep, target.name), finding, i);
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
