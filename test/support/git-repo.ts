import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type FetchOptions, fetchAll } from '#states/fetch/fetch.js';
import { parseLocation } from '#states/fetch/location.js';
import { thrown } from '#test/support/check.js';
import { DvmError } from '#tool/errors.js';

/** A directory of this run, which is also the home of the git that is started. */
export const root = mkdtempSync(join(tmpdir(), 'states-fetch-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));
export const env = {
  PATH: process.env.PATH,
  HOME: root,
  GIT_CONFIG_NOSYSTEM: '1',
  LC_ALL: 'C',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@x',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@x',
};
process.env.HOME = root;

let number = 0;

/** A repository of git with a work tree. */
export class Repo {
  readonly name = `repo${++number}`;
  readonly path = join(root, this.name);

  constructor() {
    mkdirSync(this.path);
    this.git('init', '-q', '-b', 'main');
  }

  git(...args: string[]): string {
    return execFileSync('git', ['-C', this.path, ...args], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }

  commit(files: Record<string, string>, ...args: string[]): string {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.path, path)), { recursive: true });
      writeFileSync(join(this.path, path), text);
    }
    this.git('add', '-A');
    this.git('commit', '-q', '--allow-empty', '-m', 'x', ...args);
    return this.git('rev-parse', 'HEAD');
  }
}

export function fetched(repositories: string[], more: Partial<FetchOptions> = {}) {
  return fetchAll(repositories.map(parseLocation), {
    cache: join(root, 'cache'),
    policy: { kind: 'none' },
    allowBack: false,
    ...more,
  });
}

export async function refused(repositories: string[], more: Partial<FetchOptions> = {}): Promise<string> {
  const e = await thrown(() => fetched(repositories, more));
  if (!(e instanceof DvmError)) throw e;
  return `${e.exitCode} ${e.code}: ${e.message}`;
}
