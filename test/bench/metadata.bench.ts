import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { dvmGroup, tool } from './dvm-groups.js';
import { median, must, report, sideBySide } from './figure.js';
import { lvmGroup, withLoops } from './lvm-groups.js';

/** Start of every tool against bare Node: what the frame and the bundle cost. */
function starts(): void {
  const bin = join(__dirname, '..', '..', 'bin');
  for (const file of readdirSync(bin).filter((f) => !f.startsWith('_'))) {
    const name = file.replace('.cjs', '');
    sideBySide({
      name: `start ${name}`,
      peerName: 'node -e 0',
      rounds: 9,
      ours: () => void must(process.execPath, [join(bin, file), '--version']),
      peer: () => void must(process.execPath, ['-e', '0']),
    });
  }
}

/** One more volume in a group of `volumes`: the wrapper (one process) and the pipeline of programs. */
function oneMore(volumes: number): void {
  withLoops(2, '2G', ([ours, theirs], dir) => {
    if (!ours || !theirs) throw new Error('two loop devices are needed');
    const vg = `bench${volumes}`;
    dvmGroup(vg, ours, dir, volumes);
    for (const kind of ['lean', 'standard'] as const) {
      const peer = lvmGroup(theirs, dir, volumes, kind);
      const lvcreate = (n: string) => void peer.run('lvcreate', '-qq', '-an', '-Zn', '-l', '1', '-n', n, 'vg');
      let n = 0;
      const peerName = `lvcreate -an, ${kind}`;
      sideBySide({
        name: `one more volume of ${volumes}, dvm create`,
        peerName,
        ours: () => void tool('dvm', ['create', `${vg}/${kind}-a${n++}`, '-l', '1', '--no-activate']),
        peer: () => lvcreate(`a${n}`),
      });
      sideBySide({
        name: `one more volume of ${volumes}, discover | tm update`,
        peerName,
        ours: () =>
          void tool(
            'tm',
            ['update', vg, '--no-activate', '--', 'lv_create', `${kind}-b${n++}`, '-l', '1'],
            tool('discover', [vg]),
          ),
        peer: () => lvcreate(`b${n}`),
      });
      if (volumes >= 1000) reports(vg, kind, peer.run);
    }
    must('wipefs', ['-aq', ours]);
  });
}

function reports(vg: string, kind: string, lvs: (command: string, ...args: string[]) => string): void {
  const name = `report of 1000 volumes, ${kind}`;
  const peer = () => void lvs('lvs', '--reportformat', 'json', '-o', 'all', 'vg');
  sideBySide({
    name: `${name}, dvm show`,
    peerName: `lvs json -o all, ${kind}`,
    ours: () => void tool('dvm', ['show', vg, '--format', 'json', '-o', 'all']),
    peer,
  });
  const group = tool('tm', ['read', vg], tool('discover', [vg]));
  sideBySide({
    name: `${name}, report alone`,
    peerName: `lvs json -o all, ${kind}`,
    ours: () => void tool('report', ['--format', 'json', '-o', 'all', '--no-kernel'], group),
    peer,
  });
}

/** What one more volume writes to the device, as the kernel counts it. */
function bytesWritten(volumes: number): void {
  withLoops(2, '2G', ([ours, theirs], dir) => {
    if (!ours || !theirs) throw new Error('two loop devices are needed');
    dvmGroup('bytes', ours, dir, volumes);
    const peer = lvmGroup(theirs, dir, volumes, 'lean');
    const counted = (device: string, work: () => void): number => {
      const before = sectorsWritten(device);
      work();
      return (sectorsWritten(device) - before) * 512;
    };
    const rounds = [0, 1, 2, 3, 4];
    const a = rounds.map((i) => counted(ours, () => void tool('dvm', ['create', `bytes/b${i}`, '-l', '1', '--no-activate'])));
    const b = rounds.map((i) =>
      counted(theirs, () => void peer.run('lvcreate', '-qq', '-an', '-Zn', '-l', '1', '-n', `b${i}`, 'vg')),
    );
    report(`bytes written for one more volume of ${volumes}`, median(a), median(b), 'bytes', 'lvcreate -an, lean');
    must('wipefs', ['-aq', ours]);
  });
}

/** Field 7 of /sys/block/DEVICE/stat. */
function sectorsWritten(device: string): number {
  return Number(
    readFileSync(`/sys/block/${basename(device)}/stat`, 'utf8')
      .trim()
      .split(/\s+/)[6],
  );
}

starts();
oneMore(10);
oneMore(1000);
bytesWritten(10);
bytesWritten(1000);
