import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectories } from '#tool/directories.js';
import { canonical, parseJson } from '#tool/json.js';
import { readFileOrFail } from '#tool/stdio.js';
import { type NodeState, nodeType } from './documents.js';

/** What a node keeps on disk: `node.json`, and below `data/` a directory for the member that it is. */
export class NodeDisk {
  constructor(readonly directory: string) {
    makeDirectories(join(directory, 'data'), 0o700);
  }

  /** @throws DvmError when the file is damaged: a member is not forgotten by accident */
  read(): NodeState {
    const path = join(this.directory, 'node.json');
    if (!existsSync(path)) return { kind: 'datastore-node', version: 1, endpoints: [] };
    return nodeType.parse(parseJson(readFileOrFail(path), path), path);
  }

  /** On disk, name and all, when it returns. */
  write(state: NodeState): void {
    const path = join(this.directory, 'node.json');
    const fd = openSync(`${path}.tmp`, 'w', 0o600);
    try {
      writeSync(fd, `${canonical(state)}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(`${path}.tmp`, path);
    this.#sync();
  }

  dataOf(name: string): string {
    return join(this.directory, 'data', name);
  }

  /** Gives up all data but that of one member. */
  keepOnly(name: string | undefined): void {
    const data = join(this.directory, 'data');
    for (const entry of readdirSync(data)) if (entry !== name) rmSync(join(data, entry), { recursive: true, force: true });
  }

  /** Out of use, but there until the next one is given up: who said so may have been another cluster. */
  setAside(name: string): void {
    const aside = join(this.directory, 'given-up');
    if (!existsSync(this.dataOf(name))) return;
    rmSync(aside, { recursive: true, force: true });
    renameSync(this.dataOf(name), aside);
  }

  #sync(): void {
    const fd = openSync(this.directory, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  }
}
