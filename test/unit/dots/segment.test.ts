import type { Extent, Frame } from '#dots/format/extents.js';
import { parseSegment, segmentText } from '#dots/format/segment.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { forSeeds, Random } from '#test/support/random.js';
import { DvmError } from '#tool/errors.js';

const test = suite('dots: index segments');

const blocks = 2 * 262_144;
const sizes = new Map(['a', 'b', 'c'].map((c) => [`sha256:${c.repeat(64)}`, 1 << 20]));
const digests = [...sizes.keys()];

function extents(random: Random, segment: number): Extent[] {
  const out: Extent[] = [];
  let offset = 0;
  let frame: Frame | undefined;
  let used = 0;
  for (let block = segment * 262_144 + random.below(50); out.length < 60; block += random.below(5)) {
    if (frame === undefined || used === frame.blocks || random.chance(0.3)) {
      const length = 1 + random.below(9000);
      frame = { pack: random.pick(digests), offset, length, sha256: random.hex(32), blocks: 1 + random.below(16) };
      [offset, used] = [offset + length, 0];
    }
    const count = 1 + random.below(frame.blocks - used);
    out.push({ block, blocks: count, frame, first: used });
    [block, used] = [block + count, used + count];
  }
  return out;
}

test('what is written is read', () =>
  forSeeds(50, (seed) => {
    const all = extents(new Random(seed), seed % 2);
    assert.equal(parseSegment(segmentText(all), seed % 2, sizes, blocks), all);
  }));

test('extents in one frame have one object for it', () => {
  const frame: Frame = { pack: digests[0] as string, offset: 0, length: 10, sha256: '0'.repeat(64), blocks: 4 };
  const text = segmentText([
    { block: 1, blocks: 1, frame, first: 0 },
    { block: 9, blocks: 3, frame, first: 1 },
  ]);
  const [a, b] = parseSegment(text, 0, sizes, blocks);
  assert.is(a?.frame, b?.frame);
});

const head = `{"kind":"dot-index","packs":["${digests[0]}"],"version":1}\n`;
const sha = `"${'0'.repeat(64)}"`;
for (const [what, text, says] of [
  ['nothing', '', /line 1: not the head/],
  ['no head', '[]\n', /line 1: not the head/],
  ['a newer version', head.replace('"version":1', '"version":2'), /not the head/],
  ['no newline at its end', `${head}[0,1,0,0,5,${sha}]`, /line 2: no newline/],
  ['a line that is no JSON', `${head}[0,1,0,0,5\n`, /line 2: not an extent/],
  ['an object', `${head}{}\n`, /not an extent/],
  ['seven numbers', `${head}[0,1,0,0,5,${sha},0]\n`, /not an extent/],
  ['a negative block', `${head}[-1,1,0,0,5,${sha}]\n`, /a number that is none/],
  ['a fraction', `${head}[0,1.5,0,0,5,${sha}]\n`, /a number that is none/],
  ['a number past 2^53', `${head}[0,1,0,9007199254740993,5,${sha}]\n`, /a number that is none/],
  ['no digest', `${head}[0,1,0,0,5,"x"]\n`, /no digest/],
  ['no such pack', `${head}[0,1,1,0,5,${sha}]\n`, /a pack that the commit does not have/],
  ['a frame past the pack', `${head}[0,1,0,1048570,7,${sha}]\n`, /outside of its pack/],
  ['an empty frame', `${head}[0,1,0,0,0,${sha}]\n`, /outside of its pack/],
  ['a frame longer than any', `${head}[0,1,0,0,70000,${sha}]\n`, /outside of its pack/],
  ['a frame of too many blocks', `${head}[0,17,0,0,5,${sha}]\n`, /a frame of 17 blocks/],
  ['more blocks than the frame', `${head}[0,4,0,0,5,${sha},2,5]\n`, /more blocks than the frame holds/],
  ['no blocks', `${head}[0,0,0,0,5,${sha},0,1]\n`, /more blocks than the frame holds/],
  ['two frames at one place', `${head}[0,1,0,0,5,${sha}]\n[1,1,0,0,6,${sha}]\n`, /line 3: two frames at one place/],
  ['overlapping extents', `${head}[0,2,0,0,5,${sha}]\n[1,1,0,5,5,${sha}]\n`, /overlapping/],
  ['another segment', `${head}[262144,1,0,0,5,${sha}]\n`, /beyond block 262144/],
] as const)
  test(`refused: ${what}`, async () => {
    const error = await thrown<DvmError>(() => parseSegment(text, 0, sizes, blocks));
    assert.is(error.code, 'bad-index');
    assert.match(error.message, says);
  });

test('refused: blocks past the end of the volume', async () => {
  const text = `${head}[8,2,0,0,5,${sha}]\n`;
  assert.match((await thrown(() => parseSegment(text, 0, sizes, 9))).message, /beyond block 9/);
});

test('a changed text is refused in words, or read as sound extents', () =>
  forSeeds(300, (seed) => {
    const random = new Random(seed);
    const text = Buffer.from(segmentText(extents(random, 0)));
    for (let i = random.below(4); i >= 0; i--)
      text[random.below(text.length)] = random.pick([...Buffer.from('0123456789[]",-.e\n{}')]);
    try {
      let end = 0;
      for (const { block, blocks: count, frame, first } of parseSegment(text.toString('latin1'), 0, sizes, blocks)) {
        assert.ok(block >= end && count > 0 && first + count <= frame.blocks && frame.blocks <= 16);
        assert.ok(frame.offset + frame.length <= (sizes.get(frame.pack) ?? 0));
        end = block + count;
      }
      assert.ok(end <= 262_144);
    } catch (e) {
      if (!(e instanceof DvmError) || e.code !== 'bad-index') throw e;
    }
  }));

test.run();
