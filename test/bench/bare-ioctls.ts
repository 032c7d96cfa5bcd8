import { Control } from '#dm/ioctl/control.js';
import { packTargets, targetsSize } from '#dm/ioctl/format.js';

/** Linear devices over `disk`, made and removed by nothing but the ioctls: no nodes, no names looked up, no checks. */
export function bareDevices(count: number, disk: string): { up(): void; down(): void } {
  const control = Control.open();
  const names = Array.from({ length: count }, (_, i) => `bare-${i}`);
  const up = (name: string, i: number): void => {
    const targets = [{ type: 'linear', size: 128, args: `${disk} ${i * 128}` }];
    control.call('create', { name });
    control.call('tableLoad', {
      name,
      targetCount: 1,
      size: targetsSize(targets),
      fill: (buffer, offset) => packTargets(buffer, offset, targets),
    });
    control.call('suspend', { name }); // without the flag it resumes
  };
  return {
    up: () => names.forEach(up),
    down: () => {
      for (const name of names) control.call('remove', { name });
    },
  };
}
