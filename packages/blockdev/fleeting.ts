import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { isSystemError } from '#tool/errors.js';

// processes and devices come and go while /proc and /sys are looked at: what is gone is as good as empty

export function namesIn(dir: string): string[] {
  return gone(() => readdirSync(dir)) ?? [];
}

/** Without the newline at its end. */
export function textIn(path: string): string {
  return gone(() => readFileSync(path, 'utf8').trimEnd()) ?? '';
}

export function targetOf(link: string): string {
  return gone(() => readlinkSync(link)) ?? '';
}

/** Process ids in a /proc. */
export function pidsIn(proc: string): string[] {
  return namesIn(proc).filter((name) => /^\d+$/.test(name));
}

function gone<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (e) {
    if (isSystemError(e)) return undefined;
    throw e;
  }
}
