import type { ChildProcessByStdio } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { makeDirectories } from '#tool/directories.js';
import { parseJson } from '#tool/json.js';
import { programError } from '#tool/program-error.js';
import { programCommand } from '#tool/siblings.js';

/**
 * Starts the service in the background, with a session of its own; its log goes to `dvs.log` in the state directory.
 *
 * @param words the arguments it gets
 * @returns what it says once it listens
 * @throws DvmError what it failed with before that
 */
export async function daemonize(words: readonly string[], stateDirectory: string): Promise<unknown> {
  const { spawn } = await import('node:child_process');
  makeDirectories(stateDirectory, 0o711);
  const log = openSync(join(stateDirectory, 'dvs.log'), 'a', 0o600);
  const [file, ...before] = programCommand('dvs');
  const stdio = ['ignore', 'pipe', log] as const;
  const child = spawn(file, [...before, ...words], { detached: true, cwd: '/', stdio: [...stdio] }) as ChildProcessByStdio<
    null,
    Readable,
    null
  >;
  closeSync(log);
  return new Promise((done, failed) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (!text.includes('\n')) return;
      child.stdout.destroy();
      child.unref();
      done(parseJson(text, 'output of "dvs"'));
    });
    child.on('error', failed);
    child.on('exit', (code, signal) =>
      failed(programError('dvs', { code, signal, stderr: lastWords(join(stateDirectory, 'dvs.log')) })),
    );
  });
}

/** The end of a log, where a program that fails leaves its error. */
function lastWords(path: string): string {
  return readFileSync(path, 'utf8').slice(-8192);
}
