// Prepares and commits 1 MiB of new content to regions, and prints how long that took.
// replicate SCRIPT < PATHS
// SCRIPT receives what was written to the first device, for bare-writes.c.
import { readFileSync, writeFileSync } from 'node:fs';
import { openDevice } from '#blockdev/device.js';
import type { OpenStorage, Storage } from '#blockdev/storage.js';
import { newTxn, noTxn } from '#documents/ids.js';
import { commitIn, requireAll } from '#replicator/flip.js';
import { initIn } from '#replicator/init.js';
import { prepareIn } from '#replicator/prepare.js';
import { type RegionSet, withRegions } from '#replicator/region-set.js';

const MIB = 1 << 20;
/** Sectors of a region: room for two versions. */
const REGION = 12288;

const kinds = { write: 0, flush: 1, barrier: 2 };

/** What is written to one device, in the form that bare-writes.c reads. */
class Script {
  #parts: Buffer[] = [];

  record(kind: keyof typeof kinds, offset = 0, data: Uint8Array = Buffer.alloc(0)): void {
    const head = Buffer.alloc(16);
    head.writeUInt32LE(kinds[kind], 0);
    head.writeUInt32LE(data.length, 4);
    head.writeBigUInt64LE(BigInt(offset), 8);
    this.#parts.push(head, Buffer.from(data));
  }

  clear(): void {
    this.#parts = [];
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

/** Opens devices; what is written to the one at `path` is recorded. */
function recording(path: string, script: Script): OpenStorage {
  return async (p, options) => {
    const storage = await openDevice(p, options);
    return p === path ? recorded(storage, script) : storage;
  };
}

function recorded(storage: Storage, script: Script): Storage {
  return {
    path: storage.path,
    size: storage.size,
    blockSize: storage.blockSize,
    read: (offset, length) => storage.read(offset, length),
    write: (offset, data) => {
      script.record('write', offset, data);
      return storage.write(offset, data);
    },
    flush: () => {
      script.record('flush');
      return storage.flush();
    },
    close: () => storage.close(),
  };
}

/** 1 MiB in lines, like a large group's metadata; no page of it is one of the version before. */
function content(round: number): Buffer {
  const lines: string[] = [];
  for (let n = 0, bytes = 0; bytes < MIB; n++) {
    const line = `  "${((n * 2654435761 + round) >>> 0).toString(36)}": {"name": "volume${n}", "round": ${round}, "pe": ${n * 7}},\n`;
    lines.push(line);
    bytes += line.length;
  }
  return Buffer.from(lines.join('')).subarray(0, MIB);
}

async function store(set: RegionSet, content: Buffer, parent: string, script?: Script): Promise<string> {
  const txn = newTxn();
  await prepareIn(set, content, { txn, parent, time: Date.now(), mark: false });
  script?.record('barrier');
  requireAll(await commitIn(set, txn), 'committed');
  return txn;
}

async function measure(path: string): Promise<number> {
  const script = new Script();
  const regions = readFileSync(0, 'utf8')
    .trim()
    .split('\n')
    .map((p) => ({ path: p, start: 2048, length: REGION }));
  return withRegions(recording(regions[0]?.path ?? '', script), regions, { write: true }, async (set) => {
    await initIn(set, { overwrite: true });
    const [first, second] = [content(1), content(2)];
    const parent = await store(set, first, noTxn);
    script.clear();
    const start = performance.now();
    await store(set, second, parent, script);
    const took = performance.now() - start;
    writeFileSync(path, script.bytes());
    return took;
  });
}

void measure(process.argv[2] ?? '').then((took) => process.stdout.write(`${took.toFixed(3)}\n`));
