import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './loop.js';

/** A repository of Debian packages below a directory, signed by a key of its own. */
export class Repository {
  readonly path: string;
  readonly #home: string;

  constructor(dir: string) {
    this.path = join(dir, 'repo');
    this.#home = join(dir, 'gnupg');
    chmodSync(dir, 0o755); // apt reads it as another user
    mkdirSync(this.path);
    mkdirSync(this.#home, { mode: 0o700 });
    this.#gpg('--passphrase', '', '--quick-gen-key', 'dvm test', 'ed25519', 'sign', 'never');
  }

  /** The armoured public key. */
  get key(): string {
    return this.#gpg('--armor', '--export');
  }

  /** A package with one file, `/usr/share/NAME`, that says its version. */
  add(name: string, version: string): void {
    const tree = join(this.path, '..', `${name}-${version}`);
    mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
    mkdirSync(join(tree, 'usr/share'), { recursive: true });
    const fields = [
      `Package: ${name}`,
      `Version: ${version}`,
      'Architecture: all',
      'Maintainer: dvm <dvm@example.org>',
      'Description: a test',
    ];
    writeFileSync(join(tree, 'DEBIAN/control'), `${fields.join('\n')}\n`);
    writeFileSync(join(tree, 'usr/share', name), version);
    run('dpkg-deb', '--root-owner-group', '--build', tree, join(this.path, `${name}_${version}_all.deb`));
    this.publish();
  }

  /** Lists and their signature, as they are now. */
  publish(): void {
    const debs = readdirSync(this.path).filter((f) => f.endsWith('.deb'));
    const packages = debs.map((f) => {
      const bytes = readFileSync(join(this.path, f));
      const control = run('dpkg-deb', '-f', join(this.path, f)).trim();
      return `${control}\nFilename: ./${f}\nSize: ${bytes.length}\nSHA256: ${sha256(bytes)}\n`;
    });
    const list = join(this.path, 'Packages');
    writeFileSync(list, packages.join('\n'));
    const release = `Origin: dvm\nSuite: test\nDate: ${new Date().toUTCString()}\nSHA256:\n ${sha256(readFileSync(list))} ${statSync(list).size} Packages\n`;
    writeFileSync(join(this.path, 'Release'), release);
    rmSync(join(this.path, 'InRelease'), { force: true });
    this.#gpg('--clearsign', '-o', join(this.path, 'InRelease'), join(this.path, 'Release'));
  }

  end(): void {
    run('gpgconf', '--homedir', this.#home, '--kill', 'all');
  }

  #gpg(...args: string[]): string {
    return run('gpg', '--homedir', this.#home, '--batch', '--quiet', '--yes', ...args);
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
