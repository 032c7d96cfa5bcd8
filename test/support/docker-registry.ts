import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { freePort, kill, until } from './dvs.js';
import type { Issued } from './test-ca.js';

export interface RegistryOptions {
  /** The user that is let in, with its password; otherwise everybody. */
  user?: [name: string, password: string];
  tls?: Issued;
}

const program = '/usr/bin/docker-registry';

/** What is missing on this machine for tests with Debian's registry, or nothing. */
export function missingForRegistry(): string | undefined {
  const missing = [program, '/usr/bin/skopeo', '/usr/bin/htpasswd', '/usr/bin/openssl'].filter((p) => !existsSync(p));
  return missing.length === 0 ? undefined : `${missing.join(', ')} missing`;
}

/** Debian's docker-registry on loopback, with its content in a directory of its own. */
export class DockerRegistry {
  readonly #child: ChildProcess;

  private constructor(
    readonly host: string,
    readonly config: string,
    child: ChildProcess,
  ) {
    this.#child = child;
  }

  static async start(dir: string, { user, tls }: RegistryOptions = {}): Promise<DockerRegistry> {
    const port = await freePort();
    const storage = { filesystem: { rootdirectory: join(dir, 'content') }, delete: { enabled: true } };
    const http = { addr: `127.0.0.1:${port}`, ...(tls && { tls: { certificate: tls.cert, key: tls.key } }) };
    const auth = user && { htpasswd: { realm: 'test', path: passwords(dir, ...user) } };
    const config = join(dir, `registry-${port}.yml`);
    mkdirSync(join(dir, 'content'), { recursive: true });
    writeFileSync(config, JSON.stringify({ version: '0.1', log: { level: 'error' }, storage, http, ...(auth && { auth }) }));
    const log = openSync(join(dir, 'registry.log'), 'a');
    const child = spawn(program, ['serve', config], {
      stdio: ['ignore', log, log],
      env: { PATH: '/usr/bin', OTEL_TRACES_EXPORTER: 'none' },
    });
    const registry = new DockerRegistry(`${tls ? 'localhost' : '127.0.0.1'}:${port}`, config, child);
    await until(() => answers(port) || child.exitCode !== null, 'the registry answers');
    if (child.exitCode !== null) throw new Error(readFileSync(join(dir, 'registry.log'), 'utf8'));
    return registry;
  }

  /** Deletes what no manifest names; while nobody writes. */
  collectGarbage(): string {
    return execFileSync(program, ['garbage-collect', '--delete-untagged', this.config], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  }

  stop(): Promise<void> {
    return kill(this.#child, 'SIGKILL');
  }
}

function passwords(dir: string, name: string, password: string): string {
  const path = join(dir, 'htpasswd');
  writeFileSync(path, execFileSync('htpasswd', ['-Bbn', name, password]));
  return path;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    request({ port, host: '127.0.0.1', path: '/v2/' }, (response) => {
      response.resume();
      resolve(true);
    })
      .on('error', () => resolve(false))
      .end();
  });
}

/** Runs `body` with a registry that is stopped afterwards. */
export async function withRegistry(
  dir: string,
  options: RegistryOptions,
  body: (registry: DockerRegistry) => Promise<void>,
): Promise<void> {
  const registry = await DockerRegistry.start(dir, options);
  try {
    await body(registry);
  } finally {
    await registry.stop();
  }
}
