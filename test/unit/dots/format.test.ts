import { createHash } from 'node:crypto';
import { configBytes, type Descriptor, manifestOf, parseCommit, parseManifest, type StoredCommit } from '#dots/format/commit.js';
import { PackBuilder } from '#dots/format/pack.js';
import { countUse, packsToRewrite } from '#dots/format/repack.js';
import { codec } from '#dots/format/zstd.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { Random } from '#test/support/random.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('dots: frames, packs and manifests');
const digest = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

test('zstd gives back what it was given, a frame of 64 KiB and much more', async () => {
  for (const size of [1, 4096, 65_536, 3 << 20]) {
    const data = Buffer.from(new Random(size).hex(Math.ceil(size / 2))).subarray(0, size);
    const small = await codec().compress(data);
    assert.ok(small.length < size * 0.7 + 20);
    assert.equal(await codec().decompress(small, size), data);
  }
});

test('thousands of frames at once', async () => {
  const data = Buffer.alloc(4096, 'dots');
  const small = await codec().compress(data);
  const all = await Promise.all(Array.from({ length: 3000 }, () => codec().decompress(small, 4096)));
  assert.ok(all.every((content) => content.equals(data)));
});

test('a bomb is not unpacked, damage is found', async () => {
  const bomb = await codec().compress(Buffer.alloc(64 << 20));
  assert.ok(bomb.length < 10_000);
  const longer = await codec().compress(Buffer.alloc(65_537));
  for (const bad of [bomb, longer, longer.subarray(0, -3), Buffer.alloc(0), Buffer.from('no zstd'), Buffer.alloc(100)]) {
    const error = await thrown<DvmError>(() => codec().decompress(bad, 65_536));
    assert.is(error.code, 'bad-frame');
    assert.match(error.message, /compressed data are damaged/);
  }
});

test('a pack is its frames one behind the other, named by its digest', () => {
  const packs = new PackBuilder(10);
  assert.is(packs.close(), undefined);
  const a = packs.add(Buffer.from('12345'), 'x', 1);
  assert.not(packs.full);
  const b = packs.add(Buffer.from('67890!'), 'y', 16);
  assert.ok(packs.full);
  const pack = packs.close();
  assert.is(pack?.digest, digest('1234567890!'));
  assert.equal([a.pack, b.pack, b.offset, b.length, pack?.bytes.length], [pack?.digest, pack?.digest, 5, 6, 11]);
  assert.not(packs.full);
});

test('use is counted by the share of frames, and comes to nothing again', () => {
  const frame = { pack: 'p', offset: 0, length: 1000, sha256: '', blocks: 3 };
  const extents = [1, 2].map((blocks) => ({ block: 0, blocks, frame, first: 0 }));
  const use = new Map<string, number>();
  countUse(use, extents, 1);
  assert.is(use.get('p'), 999);
  countUse(use, extents, -1);
  assert.is(use.get('p'), 0);
});

test('packs are written anew when a quarter is in use, and the smallest when there are too many', () => {
  const packs = [1, 24, 25, 100].map((used) => ({ digest: `p${used}`, size: 100, used }));
  assert.equal([...packsToRewrite(packs, 4)], ['p1', 'p24']);
  const many = Array.from({ length: 950 }, (_, i) => ({ digest: `p${i}`, size: 1000, used: 1000 - (i % 500) }));
  const rewrite = packsToRewrite(many, 960);
  assert.is(rewrite.size, 960 - 450);
  assert.ok(rewrite.has('p499') && !rewrite.has('p0'));
});

test('words that no annotation holds are no commit', async () => {
  const { config } = sample();
  const read = (more: object) => thrown<DvmError>(() => parseCommit([], configBytes({ ...config, ...more }), 't'));
  const metadata = { a: 'x'.repeat(4000), b: 'x'.repeat(4000) };
  for (const bad of [{ author: 'x'.repeat(257) }, { message: 'x'.repeat(4097) }, { metadata: { Key: 'x' } }])
    assert.is((await read(bad)).code, 'bad-document');
  assert.match((await read({ metadata })).message, /more words/);
});

function sample(): StoredCommit {
  const config = {
    ...({ kind: 'dot-commit', version: 1, id: 'a'.repeat(20), dot: 'b'.repeat(20), branch: 'master', author: 'me' } as const),
    ...{ message: 'm', time: '1', metadata: {}, size: 3 * 2 ** 30, used: [7], ancestors: [] },
    blockSize: 4096 as const,
    index: [digest('1'), null, digest('1')],
  };
  return { config, segments: new Map([[digest('1'), 44]]), packs: [{ digest: digest('p'), size: 9, used: 7 }] };
}

function written(commit: StoredCommit): { bytes: Buffer; config: Buffer } {
  const config = configBytes(commit.config);
  const described: Descriptor = { mediaType: 'application/vnd.dvm.commit.v1+json', digest: digest('c'), size: config.length };
  return { bytes: manifestOf(commit, described), config };
}

test('a manifest and its config are read as they were written', () => {
  const { bytes, config } = written(sample());
  assert.equal(parseCommit(parseManifest(bytes, 't').layers, config, 't'), sample());
});

test('a manifest that no registry takes is not made', async () => {
  const packs = Array.from({ length: 30_000 }, (_, i) => ({ digest: digest(`${i}`), size: 1 << 25, used: 1 << 25 }));
  const error = await thrown<DvmError>(() => written({ ...sample(), packs }));
  assert.is(error.code, 'too-many-layers');
});

type Loose = { layers: Descriptor[]; [key: string]: unknown };
const broken: [string, (m: Loose, c: object) => unknown, RegExp][] = [
  ['an image', (m) => Object.assign(m, { artifactType: 'x' }), /is not a commit of a dot/],
  ['no digests', (m) => Object.assign(m, { layers: [{ mediaType: 'x', digest: 'md5:1', size: 1 }] }), /are not described/],
  ['a huge config', (m) => Object.assign(m, { config: { mediaType: 'x', digest: digest('c'), size: 2 ** 40 } }), /not described/],
  ['half a block', (_, c) => Object.assign(c, { size: 5000 }), /not in blocks/],
  ['an index too short', (_, c) => Object.assign(c, { index: [] }), /index is not of its size/],
  ['a segment that is no layer', (_, c) => Object.assign(c, { index: [digest('2'), null, null] }), /is no layer/],
  ['no word of use', (_, c) => Object.assign(c, { used: [] }), /does not say of each pack/],
  ['a huge pack', (m) => Object.assign(m.layers[1] ?? {}, { size: 2 ** 30 }), /pack is larger/],
  ['a huge segment', (m) => Object.assign(m.layers[0] ?? {}, { size: 2 ** 30 }), /segment is too large/],
  ['another size of blocks', (_, c) => Object.assign(c, { blockSize: 512 }), /not a valid "dot-commit"/],
];
for (const [what, change, says] of broken)
  test(`refused: ${what}`, async () => {
    const { bytes, config } = written(sample());
    const [manifest, commit] = [JSON.parse(String(bytes)), JSON.parse(String(config))];
    change(manifest, commit);
    const read = () => parseCommit(parseManifest(Buffer.from(JSON.stringify(manifest)), 't').layers, configBytes(commit), 't');
    assert.match((await thrown(read)).message, says);
  });

test.run();
