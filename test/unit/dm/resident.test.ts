import { readFileSync } from 'node:fs';
import { rangesToRead } from '#dm/resident.js';
import { assert, suite } from '#test/support/check.js';

/** Addresses as in /proc/PID/maps, and those with a line `Swap:` as in smaps. */
const test = suite('resident memory');

const maps = `00200000-01a39000 r--p 00000000 fe:00 2154632                            /usr/bin/dvm
01a39000-06843000 r-xp 01839000 fe:00 2154632                            /usr/bin/dvm
06900000-0a900000 ---p 00000000 00:00 0 
10000000-50000000 rw-p 00000000 00:00 0 
50000000-50001000 r--p 00000000 fe:00 2154633                            /tmp/with space (deleted)
7ffd4b5d7000-7ffd4b5f8000 rw-p 00000000 00:00 0                          [stack]
7ffd4b5fa000-7ffd4b5fe000 r--p 00000000 00:00 0                          [vvar]
7ffd4b5fe000-7ffd4b600000 r-xp 00000000 00:00 0                          [vdso]
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
`;

test('what is mapped from files and the stack is read in; reserved and plain memory is not', () => {
  assert.equal(
    rangesToRead(maps).map((r) => [r.start.toString(16), r.length, r.named]),
    [
      ['200000', 0x1839000n, true],
      ['1a39000', 0x4e0a000n, true],
      ['50000000', 0x1000n, true],
      ['7ffd4b5d7000', 0x21000n, true],
      ['7ffd4b5fe000', 0x2000n, true],
    ],
  );
});

test('plain memory of which something is swapped out is read in too', () => {
  const smaps = `10000000-50000000 rw-p 00000000 00:00 0 
Size:            1048576 kB
Rss:               12000 kB
Swap:                 16 kB
SwapPss:              16 kB
60000000-70000000 rw-p 00000000 00:00 0 
Swap:                  0 kB
70000000-70001000 rw-p 00001000 fe:00 7                                  /lib/x.so
Swap:                  4 kB
`;
  assert.equal(
    rangesToRead(smaps).map((r) => [r.start.toString(16), r.named]),
    [
      ['10000000', false],
      ['70000000', true],
    ],
  );
});

test('this process has a program, libraries and a stack', () => {
  assert.ok(rangesToRead(readMaps()).filter((r) => r.named).length > 3);
});

function readMaps(): string {
  return readFileSync('/proc/self/maps', 'utf8');
}

test.run();
