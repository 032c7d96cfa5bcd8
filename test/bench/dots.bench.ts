import { copyFileSync, mkdirSync, openSync, readdirSync, readSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CommitReader } from '#dots/lazy/commit-reader.js';
import type { Range, Remote } from '#dots/transfer/content.js';
import { fetchCommit } from '#dots/transfer/fetch.js';
import { push } from '#dots/transfer/push.js';
import { type DockerRegistry, withRegistry } from '#test/support/docker-registry.js';
import { FileDot, FileVolume, writeMixed } from '#test/support/dot-files.js';
import { idOf } from '#test/support/dot-volumes.js';
import { inTmp } from '#test/support/loop.js';
import { Random } from '#test/support/random.js';
import { bareReceive, bareSend } from './bare-transfer.js';
import { median, must, report } from './figure.js';

/**
 * 1 GiB of mixed data to Debian's registry on loopback and back, beside a bare program that pipes it through zstd as one blob, and
 * beside skopeo, which copies that blob as it is; the bytes of a small change; the first read of a lazy pull.
 */
const GiB = 2 ** 30;
const rounds = Number(process.env.ROUNDS ?? 5);
/** Time that ours may take of the slower of registry and codec, which both are in the bare program. */
const goal = 1 / 0.8;
const smallChange = 1.3;
const firstRead = 1000;

interface Place {
  dir: string;
  image: string;
  registry: DockerRegistry;
}

/** May return the milliseconds that count. */
type Sides = Record<'ours' | 'bare' | 'skopeo', (round: number) => Promise<number | undefined>>;

const remoteOf = (registry: DockerRegistry, path: string): Remote => ({
  reference: `${registry.host}/${path}`,
  auth: { kind: 'anonymous' },
  plainHttp: true,
});

const loose = ['--src-tls-verify=false', '--dest-tls-verify=false'];

async function compare(what: string, sides: Sides): Promise<void> {
  const times: Record<string, number[]> = { ours: [], bare: [], skopeo: [] };
  for (let round = 0; round <= rounds; round++) {
    const order = Object.entries(sides);
    for (const [name, side] of round % 2 ? order.reverse() : order) {
      const start = performance.now();
      const own = await side(round);
      if (round > 0) times[name]?.push(own ?? performance.now() - start);
    }
  }
  const of = (name: string): number => median(times[name] ?? []);
  report(`${what} 1 GiB`, of('ours'), of('bare'), 'ms', { name: 'zstd and one blob', goal });
  report(`${what} 1 GiB`, of('ours'), of('skopeo'), 'ms', { name: 'skopeo copy of the blob, compressed already' });
}

/** An OCI layout with the image, compressed, as its one layer. */
function layoutOf({ dir, image }: Place): string {
  const layout = join(dir, 'layout');
  const blobs = join(layout, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const put = (path: string): { digest: string; size: number } => {
    const hash = must(['sha256sum', path]).slice(0, 64);
    must(['mv', path, join(blobs, hash)]);
    return { digest: `sha256:${hash}`, size: statSync(join(blobs, hash)).size };
  };
  const text = (value: object): string => {
    writeFileSync(join(layout, 'text'), JSON.stringify(value));
    return join(layout, 'text');
  };
  must(['zstd', '-3', '-q', '-o', join(layout, 'layer'), image]);
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const layers = [{ mediaType: 'application/vnd.dvm.pack.v1', ...put(join(layout, 'layer')) }];
  const config = { mediaType: 'application/vnd.dvm.test.v1+json', ...put(text({})) };
  const manifest = put(text({ schemaVersion: 2, mediaType, config, layers }));
  writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType, ...manifest }] }));
  return layout;
}

async function whole(place: Place): Promise<void> {
  const { dir, image, registry } = place;
  const dot = new FileDot();
  dot.add(idOf(0), image, GiB);
  const layout = layoutOf(place);
  let digest = '';
  await compare('push', {
    ours: async (i) => {
      await push({ source: dot, branch: 'master', head: idOf(0), remote: remoteOf(registry, `ours${i}`) });
      return undefined;
    },
    bare: async (i) => {
      digest = await bareSend(registry.host, `bare${i}`, image);
      return undefined;
    },
    skopeo: () => toNewRegistry(dir, layout),
  });
  const out = join(dir, 'out');
  const from = `docker://${registry.host}/skopeo:one`;
  must(['skopeo', 'copy', '-q', ...loose, `oci:${layout}`, from]);
  await compare('pull', {
    ours: async () => {
      rmSync(out, { force: true });
      const target = await FileVolume.open(out, GiB);
      await fetchCommit({ remote: remoteOf(registry, 'ours0'), commit: idOf(0), from: undefined, target });
      await target.close();
      return undefined;
    },
    bare: async () => {
      rmSync(out, { force: true });
      await bareReceive(registry.host, 'bare0', digest, out);
      must(['sync', out]);
      return undefined;
    },
    skopeo: async () => {
      rmSync(join(dir, 'to'), { recursive: true, force: true });
      const start = performance.now();
      must(['skopeo', 'copy', '-q', ...loose, from, `oci:${dir}/to`]);
      return performance.now() - start;
    },
  });
  must(['cmp', image, out]);
}

/** skopeo remembers where a blob is, and has it mounted from there: so each time another registry. */
async function toNewRegistry(dir: string, layout: string): Promise<number> {
  const own = join(dir, 'own');
  mkdirSync(own, { recursive: true });
  let took = 0;
  await withRegistry(own, {}, async ({ host }) => {
    const start = performance.now();
    must(['skopeo', 'copy', '-q', ...loose, `oci:${layout}`, `docker://${host}/skopeo:one`]);
    took = performance.now() - start;
  });
  rmSync(own, { recursive: true });
  return took;
}

/** As a database writes: blocks of 4 KiB at random places. */
async function change({ dir, image, registry }: Place): Promise<void> {
  const changed = join(dir, 'changed');
  copyFileSync(image, changed);
  const random = new Random(1);
  const [from, file] = [openSync(image, 'r'), openSync(changed, 'r+')];
  const parts: Buffer[] = [];
  const ranges: Range[] = [];
  for (let i = 0; i < 2500; i++) {
    const at = random.below(GiB / 4096) * 4096;
    const block = Buffer.alloc(4096);
    readSync(from, block, 0, 4096, (Math.floor(random.below(GiB) / 65_536) * 65_536 + 512 * random.below(100)) % (GiB - 4096));
    writeSync(file, block, 0, 4096, at);
    parts.push(block);
    ranges.push({ offset: Math.floor(at / 65_536) * 65_536, length: 65_536 });
  }
  const dot = new FileDot();
  dot.add(idOf(0), image, GiB);
  dot.add(idOf(1), changed, GiB, ranges);
  const remote = remoteOf(registry, 'ours0');
  const content = (): number => sizeOf(join(dir, 'content/docker/registry/v2/blobs'));
  const before = content();
  await push({ source: dot, branch: 'master', head: idOf(1), remote });
  writeFileSync(join(dir, 'blocks'), Buffer.concat(parts));
  must(['zstd', '-3', '-q', join(dir, 'blocks')]);
  report('registry grows by 2,500 changed blocks', content() - before, statSync(join(dir, 'blocks.zst')).size, 'bytes', {
    name: 'the blocks by zstd, as one',
    goal: smallChange,
  });
}

function sizeOf(dir: string): number {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  return files.reduce((sum, e) => sum + statSync(join(e.parentPath, e.name)).size, 0);
}

async function lazy({ registry }: Place): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i <= rounds; i++) {
    const start = performance.now();
    const reader = await CommitReader.open(remoteOf(registry, 'ours0'), idOf(0));
    await reader.read(new Random(i).below(GiB / 4096) * 4096, 4096);
    times.push(performance.now() - start);
    reader.close();
  }
  report('first read of 1 GiB that is not here', median(times), firstRead, 'ms', { name: 'limit', goal: 1 });
}

void inTmp((dir) =>
  withRegistry(dir, {}, async (registry) => {
    const image = join(dir, 'image');
    await writeMixed(image, GiB);
    const place = { dir, image, registry };
    await whole(place);
    await change(place);
    await lazy(place);
  }),
);
