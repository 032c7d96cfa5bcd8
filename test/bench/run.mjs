// Runs the benchmarks (build/test/bench/NAME.bench.cjs), or those named: node test/bench/run.mjs [NAME…]
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const dir = fileURLToPath(new URL('../../build/test/bench/', import.meta.url));
const groups = {
  metadata: ['start', 'metadata', 'many-devices'],
  activate: ['instructions', 'activate', 'thin', 'snapshot'],
  states: ['states', 'states-run'],
};
const wanted = process.argv.slice(2).flatMap((name) => groups[name] ?? [name]);
for (const file of readdirSync(dir).filter((f) => f.endsWith('.bench.cjs'))) {
  if (wanted.length > 0 && !wanted.includes(file.replace('.bench.cjs', ''))) continue;
  const { status } = spawnSync(process.execPath, [dir + file], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
