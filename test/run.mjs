// Runs the built test files (build/test/**), each in a process of its own, and adds up what they report.
//   node test/run.mjs [--jobs N] [PATH-PART…]     only files whose path (test/…) contains one of the parts; each must be in one
// DVM_TEST_RUNTIME=dist runs the files on Bun and the tools from the executable (make test RUNTIME=dist).
// uvu can exit 0 although something failed, so a file passes only when it exits 0, printed a total above zero
// (or a SKIPPED line), and passed + skipped equal that total. Ends with `N passed, N failed[, N skipped]`.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { findBun } from '../scripts/bun.mjs';

const project = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const root = join(project, 'build', 'test');
const runtime = process.env.DVM_TEST_RUNTIME === 'dist' ? [findBun(project)] : [process.execPath, '--enable-source-maps'];
const args = process.argv.slice(2);
const jobsAt = args.indexOf('--jobs');
const jobs = jobsAt >= 0 ? Number(args.splice(jobsAt, 2)[1]) : availableParallelism();
const longRun = args.includes('--long') && args.splice(args.indexOf('--long'), 1).length > 0;
const limit = (longRun ? 80 : 15) * 60_000;

const source = (f) => `test/${f.replace(/\.cjs$/, '.ts')}`;
const wanted = (f) => args.length === 0 || args.some((a) => source(f).includes(a));
const built = readdirSync(root, { recursive: true }).filter((f) => f.endsWith('.test.cjs') && (longRun || !f.includes('.long.')));
const files = built.filter(wanted).sort(heavyFirst);
const nothing = args.filter((a) => !built.some((f) => source(f).includes(a)));
const total = { passed: 0, failed: 0, skipped: 0 };

/** Files that boot guests take longest: start them first, so that the last one running is short. */
function heavyFirst(a, b) {
  return Number(b.startsWith('kernel')) - Number(a.startsWith('kernel')) || (a < b ? -1 : 1);
}

/** What runs side by side. The files on the volume service share the host's mounts, and one asks who else has them: one by one. */
function batches() {
  const shares = (f) => f.startsWith('host/dvs');
  return [files.filter(shares), ...files.filter((f) => !shares(f)).map((f) => [f])].filter((batch) => batch.length > 0);
}

function run(file) {
  return new Promise((done) => {
    const start = Date.now();
    const [program, ...words] = runtime;
    const child = spawn(program, [...words, join(root, file)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let text = '';
    const add = (chunk) => {
      text += chunk;
    };
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    const timer = setTimeout(() => {
      text += `\ntime limit of ${limit / 1000} s\n`;
      process.kill(-child.pid, 'SIGKILL');
    }, limit);
    child.on('close', (code) => {
      clearTimeout(timer);
      done({ file, code, text, seconds: (Date.now() - start) / 1000 });
    });
  });
}

function number(text, label) {
  const all = [...text.matchAll(new RegExp(`^\\s*${label}:\\s+(\\d+)`, 'gm'))];
  return all.length === 0 ? undefined : Number(all.at(-1)[1]);
}

function judge({ file, code, text, seconds }) {
  const plain = stripVTControlCharacters(text);
  const all = number(plain, 'Total') ?? 0;
  const passed = number(plain, 'Passed') ?? 0;
  const skips = [...plain.matchAll(/^SKIPPED (\d+) (.*)$/gm)];
  const declared = skips.reduce((n, m) => n + Number(m[1]), 0);
  const unrun = number(plain, 'Skipped') ?? 0;
  const failed = Math.max(all - passed, code === 0 && (all > 0 || declared > 0) ? 0 : 1);
  total.passed += passed;
  total.failed += failed;
  total.skipped += declared + unrun;
  const name = relative('.', file).replace(/\.cjs$/, '');
  console.log(
    `${failed ? 'FAIL' : 'ok  '} ${name}  ${passed}/${all}${unrun + declared ? `, ${unrun + declared} skipped` : ''}  ${seconds.toFixed(1)} s`,
  );
  for (const m of skips) console.log(`     SKIPPED: ${m[2]}`);
  for (const m of plain.matchAll(/NOTE (.*)$/gm)) console.log(`     ${m[1]}`);
  if (failed) console.log(text.replaceAll(/^/gm, '     | '));
}

for (const part of nothing) console.log(`FAIL no test file has "${part}" in its path`);
total.failed += nothing.length;
const queue = batches();
await Promise.all(
  Array.from({ length: Math.max(1, jobs) }, async () => {
    for (let batch = queue.shift(); batch; batch = queue.shift()) for (const f of batch) judge(await run(f));
  }),
);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed || total.passed === 0 ? 1 : 0;
