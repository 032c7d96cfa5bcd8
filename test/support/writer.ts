import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';

/** fio again and again until told to stop: each round writes all blocks in random order and reads them back. */
const script = `
  rounds=0
  while [ ! -e "$4" ]; do
    fio --name=w --filename="$1" --size="$2" --rw=randwrite --bs=4k --ioengine=libaio --iodepth=4 --direct=1 \\
        --verify=crc32c --verify_fatal=1 --randseed=$rounds --output="$3" || { cat "$3" >&2; exit 1; }
    rounds=$((rounds + 1))
  done
  echo $rounds`;

interface Written {
  file: string;
  code: number | null;
  rounds: number;
  errors: string;
}

/** Writers at work on files or devices. */
export interface Writer {
  /** Lets each finish its round. */
  stop(): Promise<Written[]>;
  /** What went wrong, after `stop`; and whether every one did a whole round. */
  verdict(): Promise<{ failed: string[]; rounds: boolean }>;
}

let writers = 0;

/** Starts a writer a file; `size` as fio takes it. */
export function startWriter(files: readonly string[], size: string): Writer {
  const end = `/tmp/writer-${writers++}.stop`;
  rmSync(end, { force: true }); // a guest sees what others have left in the host's /tmp
  const all = Promise.all(files.map((file, i) => write(file, size, `${end}.${i}`, end)));
  const stop = (): Promise<Written[]> => {
    writeFileSync(end, '');
    return all;
  };
  return {
    stop,
    verdict: async () => {
      const done = await stop();
      const failed = done.filter((w) => w.code !== 0).map((w) => `${w.file}: ${w.errors}`);
      return { failed, rounds: done.every((w) => w.rounds > 0) };
    },
  };
}

function write(file: string, size: string, output: string, end: string): Promise<Written> {
  const child = spawn('bash', ['-c', script, 'writer', file, size, output, end], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, errors]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (b: Buffer) => out.push(b));
  child.stderr.on('data', (b: Buffer) => errors.push(b));
  return new Promise((done) =>
    child.on('close', (code) =>
      done({ file, code, rounds: Number(Buffer.concat(out)), errors: Buffer.concat(errors).toString() }),
    ),
  );
}
