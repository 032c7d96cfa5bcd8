import { join } from 'node:path';
import { RealKernel } from '#dm/ioctl/real-kernel.js';
import { runInSandbox } from '#test/sandbox/sandbox.js';
import { dvmGroup, tool } from './dvm-groups.js';
import { must, sideBySide } from './figure.js';
import { lvmGroup } from './lvm-groups.js';

const volumes = 100;
const [ourDisk, theirDisk, bareDisk] = ['/dev/ubda', '/dev/ubdb', '/dev/ubdc'];

/** In the guest: `vgchange` against `dvm activate`, and the bare ioctls of the same devices, turn by turn. */
function inGuest(): void {
  const dir = '/tmp';
  const peer = lvmGroup(theirDisk as string, dir, volumes, 'lean');
  dvmGroup('ours', ourDisk as string, dir, volumes);
  const vgchange = (how: string): void => void must('lvm', ['vgchange', '-qq', how, 'vg'], undefined, peer.environment);
  const bare = bareIoctls();
  const between = <T>(work: () => T, undo: () => void): number => {
    const start = performance.now();
    work();
    const took = performance.now() - start;
    undo();
    return took;
  };
  const up = () => void tool('dvm', ['activate', 'ours']);
  const down = () => void tool('dvm', ['deactivate', 'ours']);
  const rounds = 5;
  sideBySide({
    name: `activate ${volumes} volumes`,
    peerName: 'vgchange -ay, lean',
    rounds,
    ours: () => between(up, down),
    peer: () =>
      between(
        () => vgchange('-ay'),
        () => vgchange('-an'),
      ),
  });
  sideBySide({
    name: `activate ${volumes} volumes`,
    peerName: 'bare ioctls',
    rounds,
    ours: () => between(up, down),
    peer: () => between(bare.up, bare.down),
  });
  const upFirst = (first: () => void, work: () => void): number => {
    first();
    return between(work, () => undefined);
  };
  sideBySide({
    name: `deactivate ${volumes} volumes`,
    peerName: 'vgchange -an, lean',
    rounds,
    ours: () => upFirst(up, down),
    peer: () =>
      upFirst(
        () => vgchange('-ay'),
        () => vgchange('-an'),
      ),
  });
  sideBySide({
    name: `deactivate ${volumes} volumes`,
    peerName: 'bare ioctls',
    rounds,
    ours: () => upFirst(up, down),
    peer: () => upFirst(bare.up, bare.down),
  });
}

/** Create, load, resume and remove of as many linear devices, with nothing around it. */
function bareIoctls(): { up(): void; down(): void } {
  const kernel = RealKernel.open({ note: () => {}, wait: 1000 });
  const names = Array.from({ length: volumes }, (_, i) => `bare-${i}`);
  const up = () => {
    for (const [i, name] of names.entries()) {
      kernel.create(name, undefined);
      kernel.load(name, [{ type: 'linear', size: 128, args: `${bareDisk} ${i * 128}` }], {});
      kernel.resume(name, {});
    }
    kernel.settle();
  };
  const down = () => {
    for (const name of names) kernel.remove(name);
    kernel.settle();
  };
  return { up, down };
}

if (process.env.DVM_GUEST) inGuest();
else
  void runInSandbox({
    command: [process.execPath, __filename],
    cwd: join(__dirname, '..', '..', '..'),
    disks: ['1G', '1G', '1G'],
    memory: '1G',
    timeLimit: 600,
    env: { DVM_GUEST: '1' },
    onOutput: (stream, chunk) => process[stream].write(chunk),
  }).then((r) => {
    process.exitCode = r.code ?? 1;
  });
