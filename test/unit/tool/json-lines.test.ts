import { assert, suite } from '#test/support/check.js';
import { forSeeds, Random } from '#test/support/random.js';
import { canonicalLines, type Json } from '#tool/json.js';
import { parseLines } from '#tool/json-lines.js';

const test = suite('documents in lines');

const words = ['a', '"', '\\', '\n', '{', '}', ',', ':', 'é', '\\"', '":{', ' '];

function randomValue(random: Random, depth: number): Json {
  const text = () => Array.from({ length: random.below(5) }, () => random.pick(words)).join('');
  const kind = random.below(depth > 0 ? 7 : 4);
  if (kind === 0) return random.pick([null, true, 0, -1.5, 2 ** 53 - 1]);
  if (kind < 4) return text();
  if (kind === 4) return Array.from({ length: random.below(4) }, () => randomValue(random, depth - 1));
  return Object.fromEntries(Array.from({ length: random.below(5) }, () => [text(), randomValue(random, depth - 1)]));
}

test('what canonicalLines prints is read back as it was, at every depth', () => {
  forSeeds(3000, (seed) => {
    const value = randomValue(new Random(seed), 5);
    for (const depth of [0, 1, 2, 3, 5]) {
      const text = canonicalLines(value, depth);
      const back = parseLines(text);
      assert.equal(back, JSON.parse(text));
      assert.is(canonicalLines(back, depth), text);
    }
  });
});

test('text of another form is read as plain JSON, or refused as JSON.parse does', () => {
  forSeeds(3000, (seed) => {
    const random = new Random(seed);
    let text = canonicalLines(randomValue(random, 4), random.below(4));
    for (let i = random.below(3); i >= 0; i--) {
      const at = random.below(text.length);
      text = text.slice(0, at) + random.pick(['', '\n', '"', '{', '}', ',', ' ', ':']) + text.slice(at + random.below(2));
    }
    let expected: { value: Json } | undefined;
    try {
      expected = { value: JSON.parse(text) as Json };
    } catch {
      expected = undefined;
    }
    if (expected) assert.equal(parseLines(text), expected.value, text);
    else assert.throws(() => parseLines(text), undefined, text);
  });
});

test('an entity that was left alone is printed from its text, a changed one anew', () => {
  const text = canonicalLines({ lvs: { a: { size: 1 }, b: { size: 2 } } }, 2).replace('{"size":1}', '{"size": 1}');
  const read = parseLines(text) as unknown as Lvs; // with a blank that is not printed, to tell by
  const edited = { lvs: { ...read.lvs, b: { size: 3 } } };
  assert.is(canonicalLines(edited, 2), '{\n"lvs":{\n"a":{"size": 1},\n"b":{"size":3}\n}\n}\n');
  assert.is(canonicalLines({ lvs: { a: { size: 1 } } }, 2), '{\n"lvs":{\n"a":{"size":1}\n}\n}\n');
});

interface Lvs {
  lvs: Record<string, Json>;
}

test('ids that begin with a digit are told by the order of the lines, numbers are not', () => {
  const spaced = (text: string) => parseLines(text.replaceAll('{"n":', '{"n": ')) as unknown as Lvs;
  const ids = spaced(canonicalLines({ lvs: { '2aaaaaaaaaaaaaaaaaaa': { n: 1 }, b: { n: 2 } } }, 2));
  assert.is(canonicalLines({ lvs: { ...ids.lvs } }, 2).split('"n": ').length, 3);
  const numbers = spaced(canonicalLines({ lvs: { '10': { n: 1 }, '9': { n: 2 } } }, 2));
  assert.is(canonicalLines({ lvs: { ...numbers.lvs } }, 2), '{\n"lvs":{\n"10":{"n":1},\n"9":{"n":2}\n}\n}\n');
});

test('edits of a document that was read are printed as those of any other', () => {
  forSeeds(2000, (seed) => {
    const random = new Random(seed);
    const read = parseLines(canonicalLines({ lvs: randomMap(random), pvs: randomMap(random), z: 1 }, 2)) as unknown as Lvs;
    const lvs = { ...read.lvs };
    for (let n = random.below(4); n > 0; n--) {
      const key = random.pick([...Object.keys(lvs), 'new', '10']);
      if (random.chance(0.3)) delete lvs[key];
      else lvs[key] = randomValue(random, 2);
    }
    const edited = { ...read, lvs, ...(random.chance(0.2) ? { more: read.lvs } : {}) };
    for (const depth of [0, 1, 2, 3]) assert.is(canonicalLines(edited, depth), canonicalLines(structuredClone(edited), depth));
  });
});

function randomMap(random: Random): Record<string, Json> {
  const key = () => random.pick(['a', 'b', 'c"', '7', '12', 'long', '{', 'é']) + random.below(9);
  return Object.fromEntries(Array.from({ length: random.below(6) }, () => [key(), randomValue(random, 2)]));
}

test('a key that a stranger wrote twice is printed once, with the value that counts', () => {
  const read = parseLines('{\n"lvs":{\n"a":{"n":1},\n"b":{"n":2},\n"a":{"n":3}\n}\n}\n') as unknown as Lvs;
  assert.is(canonicalLines({ lvs: { ...read.lvs } }, 2), '{\n"lvs":{\n"a":{"n":3},\n"b":{"n":2}\n}\n}\n');
});

test.run();
