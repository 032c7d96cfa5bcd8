import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toolNames } from '#gen/names.js';
import { fail } from './errors.js';
import { isExecutable } from './executable.js';

/**
 * The command line that starts a program named in a config or after `--`: one of our own tools by its bare name,
 * found beside the running one (or inside it) and never through PATH; anything else by a path with a slash.
 *
 * @throws DvmError `no-program` (exit 80)
 */
export function programCommand(word: string): [string, ...string[]] {
  if (word.includes('/')) return [word];
  if (!toolNames.includes(word))
    throw fail('notFound', 'no-program', `"${word}" is not one of dvm's programs`, {
      hint: 'name another program by its path, with a slash',
    });
  return [process.execPath, isExecutable() ? word : join(toolDirectory(), `${word}.cjs`)];
}

/** `build/bin`, from any bundle below `build`. */
function toolDirectory(): string {
  for (let dir = __dirname; dir !== dirname(dir); dir = dirname(dir))
    if (existsSync(join(dir, 'bin', 'tm.cjs'))) return join(dir, 'bin');
  return __dirname;
}
