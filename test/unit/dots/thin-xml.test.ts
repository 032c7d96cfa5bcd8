import { parseDelta, parseMappings, totalOf, within } from '#dots/volumes/thin-xml.js';
import { assert, suite } from '#test/support/check.js';
import { fails } from '../metadata/fixtures.js';

const test = suite('what thin-provisioning-tools print');

const delta = `<superblock uuid="" time="1" transaction="2" data_block_size="128" nr_data_blocks="800">
  <diff left="1" right="2">
    <different begin="0" length="1"/>
    <same begin="1" length="3"/>
    <left_only begin="4" length="2"/>
    <right_only begin="6" length="1"/>
    <same begin="9" length="1"/>
  </diff>
</superblock>
`;

const dump = `<superblock uuid="" time="1" transaction="2" flags="0" version="2" data_block_size="128" nr_data_blocks="800">
  <device dev_id="3" mapped_blocks="4" transaction="1" creation_time="0" snap_time="1">
    <single_mapping origin_block="7" data_block="0" time="0"/>
    <range_mapping origin_begin="1" data_begin="4" length="3" time="0"/>
  </device>
</superblock>
`;

test('all that is not the same may differ; ranges that touch are one', () => {
  const ranges = parseDelta(delta, 10);
  assert.equal(ranges, [
    { offset: 0, length: 10 },
    { offset: 40, length: 30 },
  ]);
  assert.is(totalOf(ranges), 40);
  assert.equal(within(ranges, 45), [
    { offset: 0, length: 10 },
    { offset: 40, length: 5 },
  ]);
  assert.equal(within(ranges, 5), [{ offset: 0, length: 5 }]);
});

test('mappings of one device, in order', () => {
  assert.equal(parseMappings(dump, 3, 10), [
    { offset: 10, length: 30 },
    { offset: 70, length: 10 },
  ]);
});

test('what is not known is refused, not passed over', async () => {
  const odd = (text: string, why: RegExp) => fails(() => parseDelta(text, 10), 'bad-thin-output', 65, why);
  await odd('', /no diff/);
  await odd('out of memory', /is no element/);
  await odd('<diff left="1" right="2">\n<moved begin="0" length="1"/>', /"moved" is nothing known/);
  await odd('<diff left="1" right="2">\n<different begin="x" length="1"/>', /"begin" of "different" is "x"/);
  await odd('<diff left="1" right="2">\n<different begin="1"/>', /"length" of "different" is ""/);
  await fails(() => parseMappings(dump, 4, 10), 'bad-thin-output', 65, /device 4/);
});

test.run();
