import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { devices, dvm, pipe, refusal, sh, tables, unsettled } from '#test/support/guest.js';
import { digest, fill, synced } from '#test/support/raid.js';

const disks = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc', '/dev/ubdd'];

async function mismatches(): Promise<number> {
  const filter = 'lv_name = "a"';
  const { document } =
    await pipe`discover vg | tm read vg | report vg --show lv --format json -o integritymismatches --filter ${filter}`;
  return JSON.parse(document.text).lv[0].integritymismatches;
}

/** Until all images are built and have their checksums, and the metadata knows. */
async function whole(): Promise<void> {
  synced('vg-a');
  await pipe`discover vg | tm read vg | vg_wait --timeout 60`;
  await pipe`discover vg | tm update vg -- vg_check`;
}

/** Turns the bits of one byte of an image over, below its checksums, once its journal is empty. */
function rot(image: string, block: number): string {
  for (const device of ['vg-a', image]) sh`dmsetup suspend ${device}`;
  for (const device of [image, 'vg-a']) sh`dmsetup resume ${device}`;
  const was = digest(`/dev/mapper/${image}_iorig`, 1, 4);
  const flip =
    'import os,sys;d=os.open(sys.argv[1],os.O_RDWR);p=int(sys.argv[2]);b=os.pread(d,1,p);os.pwrite(d,bytes([b[0]^255]),p);os.fsync(d)';
  sh`python3 -c ${flip} ${`/dev/mapper/${image}_iorig`} ${block * 4096 + 700}`;
  assert.is.not(digest(`/dev/mapper/${image}_iorig`, 1, 4), was);
  return was;
}

/** The kernel compares all images, and mends what one of them gives back as an error; raid1 counts that as a difference. */
async function scrubbed(): Promise<void> {
  await dvm`scrub vg/a`;
  synced('vg-a');
  await dvm`scrub vg/a`;
  assert.is(synced('vg-a').mismatches, 0);
}

guestTests({ disks: disks.map(() => '40M') }, () => {
  const test = suite('checksums under raid');
  const ways: [make: string, size: number, images: number][] = [
    ['--type raid5 --stripes 2', 16, 3],
    ['--type raid1', 8, 2],
  ];

  test('a group', async () => {
    await dvm`create vg ${disks} --extent-size 1M`;
  });

  for (const [make, size, images] of ways)
    test(`${make}: what goes bad on one image is read elsewhere, mended and counted`, async () => {
      await dvm`create vg/a --size ${size}M ${make.split(' ')}`;
      const sum = fill('/dev/dvm/vg/a', size, 1);
      await dvm`integrity vg/a`;
      for (let i = 0; i < images; i++)
        assert.match(tables()[`vg-a_rimage_${i}`]?.[0] ?? '', /^0 16384 integrity .* internal_hash:crc32c/);
      await whole();
      assert.is(digest('/dev/dvm/vg/a', size), sum);
      assert.is(await mismatches(), 0);
      const was = rot('vg-a_rimage_0', 1100);
      await scrubbed();
      assert.ok((await mismatches()) > 0);
      for (const device of ['vg-a', 'vg-a_rimage_0']) sh`dmsetup suspend ${device}`;
      for (const device of ['vg-a_rimage_0', 'vg-a']) sh`dmsetup resume ${device}`;
      assert.is(digest('/dev/mapper/vg-a_rimage_0_iorig', 1, 4), was);
      rot('vg-a_rimage_1', 1101);
      assert.is(digest('/dev/dvm/vg/a', size), sum, 'read without a scrub');
      assert.equal(unsettled(), []);
      if (images === 3) await dvm`remove vg/a`;
    });

  test('an image that is replaced has them as the others do', async () => {
    await scrubbed();
    const sum = digest('/dev/dvm/vg/a', 8);
    await dvm`repair vg/a --replace /dev/ubda /dev/ubdd`;
    assert.match(tables()['vg-a_rimage_0']?.[0] ?? '', / integrity /);
    await whole();
    assert.is(digest('/dev/dvm/vg/a', 8), sum);
    assert.is((await refusal(() => dvm`convert vg/a --mirrors 2`)).code, 'has-integrity');
    assert.is((await refusal(() => dvm`extend vg/a --size +4M`)).code, 'layered-image');
    await dvm`deactivate vg/a`;
    await dvm`activate vg/a`;
    assert.is(digest('/dev/dvm/vg/a', 8), sum);
    await dvm`integrity vg/a --off`;
    assert.match(tables()['vg-a_rimage_0']?.[0] ?? '', / linear /);
    assert.is(digest('/dev/dvm/vg/a', 8), sum);
    assert.equal(devices(), ['vg-a', 'vg-a_rimage_0', 'vg-a_rimage_1', 'vg-a_rmeta_0', 'vg-a_rmeta_1']);
  });

  test.run();
});
