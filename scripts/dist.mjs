// The one executable that is every tool, build/dist/dvm, and a link to it for each under build/dist/bin.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { findBun } from './bun.mjs';

/** @param target `--target=NAME` for another machine than this one, by Bun's names of them; its runtime is fetched */
export async function buildDist({ common, root, out, tools, target }) {
  rmSync(out('dist'), { recursive: true, force: true });
  mkdirSync(out('dist', 'bin'), { recursive: true });
  const compiler = findBun(root);
  await bundle(common, root, out, version(compiler));
  compile(compiler, out('entry', 'dvm.dist.cjs'), out('dist', 'dvm'), target ? [target] : []);
  for (const name of tools) symlinkSync('../dvm', out('dist', 'bin', name));
}

/** By the same bundler as everything else; knowing the runtime, it leaves out what only another one needs. */
async function bundle(common, root, out, bun) {
  await esbuild.build({
    ...common,
    target: 'esnext',
    entryPoints: [join(root, 'packages', 'dvm', 'executable.ts')],
    outfile: out('entry', 'dvm.dist.cjs'),
    minifySyntax: true,
    minifyWhitespace: true,
    define: { 'process.versions.bun': JSON.stringify(bun), __dirname: '"/$bunfs/root"', __filename: '"/$bunfs/root/dvm"' },
  });
}

/**
 * Compiled ahead to bytecode, which is most of a fast start. Machine code is made late: most runs are over before it
 * pays, and those with 100,000 volumes are as fast. The executable must not read what lies in the working directory of
 * whoever starts it (.env, bunfig.toml).
 */
function compile(compiler, bundled, executable, target) {
  const fast = ['--bytecode', '--format=cjs', '--compile-jit-policy=20'];
  const closed = ['--no-compile-autoload-dotenv', '--no-compile-autoload-bunfig'];
  run(compiler, ['build', '--compile', ...target, ...fast, ...closed, bundled, '--outfile', executable]);
}

function version(compiler) {
  return run(compiler, ['--version']).trim();
}

function run(program, words) {
  const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}
