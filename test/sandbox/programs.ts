import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The project's directory: the nearest one above the running bundle that holds package.json. */
export function projectRoot(): string {
  let dir = __dirname;
  while (!existsSync(join(dir, 'package.json'))) {
    if (dir === dirname(dir)) throw new Error(`no package.json above "${__dirname}"`);
    dir = dirname(dir);
  }
  return dir;
}

/** The two C programs of the sandbox, built into build/sandbox/ when missing or older than their sources. */
export function sandboxPrograms(): { init: string; keeper: string } {
  const sources = join(projectRoot(), 'test', 'sandbox');
  const guest = join(sources, 'guest');
  return {
    init: built(
      'init',
      readdirSync(guest).map((f) => join(guest, f)),
    ),
    keeper: built('keeper', [join(sources, 'keeper.c')]),
  };
}

function built(name: string, sources: string[]): string {
  const program = join(projectRoot(), 'build', 'sandbox', name);
  if (!sources.every((s) => isNewer(program, s))) compile(program, sources);
  return program;
}

function isNewer(program: string, source: string): boolean {
  return existsSync(program) && statSync(program).mtimeMs > statSync(source).mtimeMs;
}

/** Several test files may come here at once: each builds a file of its own and renames it into place. */
function compile(program: string, sources: string[]): void {
  const mine = `${program}.${process.pid}`;
  mkdirSync(dirname(program), { recursive: true });
  try {
    const files = sources.filter((s) => s.endsWith('.c'));
    execFileSync('gcc', ['-O2', '-static', '-Wall', '-Wextra', '-Werror', '-o', mine, ...files], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    renameSync(mine, program);
  } finally {
    rmSync(mine, { force: true });
  }
}
