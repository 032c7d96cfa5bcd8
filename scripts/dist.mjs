// The one executable that is every tool, build/dist/dvm, and a link to it for each under build/dist/bin.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { findBun } from './bun.mjs';

/** @param target `--target=NAME` for another machine than this one, by Bun's names of them; its runtime is fetched */
export function buildDist({ root, out, tools, target }) {
  rmSync(out('dist'), { recursive: true, force: true });
  mkdirSync(out('dist', 'bin'), { recursive: true });
  compile(findBun(root), root, out('dist', 'dvm'), target ? [target] : []);
  for (const name of tools) symlinkSync('../dvm', out('dist', 'bin', name));
}

/**
 * Compiled ahead to bytecode, which is most of a fast start, and in parts, so that a tool's start makes no functions of
 * the others. Machine code is made late: most runs are over before it pays, and those with 100,000 volumes are as fast.
 * Knowing the runtime, the bundler leaves out what only another one needs. The executable must not read what lies in the
 * working directory of whoever starts it (.env, bunfig.toml).
 */
function compile(bun, root, executable, target) {
  const parts = ['--splitting', '--format=esm', '--min-chunk-size=16384'];
  const small = ['--minify-syntax', '--minify-whitespace'];
  const runtime = ['--define', `process.versions.bun=${JSON.stringify(run(bun, ['--version']).trim())}`];
  const fast = ['--bytecode', '--compile-jit-policy=20'];
  const closed = ['--no-compile-autoload-dotenv', '--no-compile-autoload-bunfig'];
  const entry = join(root, 'packages', 'dvm', 'executable.ts');
  run(bun, ['build', '--compile', ...target, ...parts, ...small, ...runtime, ...fast, ...closed, entry, '--outfile', executable]);
}

function run(program, words) {
  const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}
