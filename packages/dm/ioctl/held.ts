import { readdirSync, readFileSync } from 'node:fs';

/** True when another block device or a mount holds a device (`major:minor`): it will not let go by itself. */
export function isHeld(dev: string): boolean {
  return hasHolders(dev) || isMounted(dev);
}

function hasHolders(dev: string): boolean {
  try {
    return readdirSync(`/sys/dev/block/${dev}/holders`).length > 0;
  } catch {
    return false;
  }
}

function isMounted(dev: string): boolean {
  return readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${dev} `);
}
