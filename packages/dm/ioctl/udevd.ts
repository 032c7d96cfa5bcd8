import { readFileSync, statSync } from 'node:fs';

const ruleDirectories = ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'].map((dir) => `${dir}/udev/rules.d`);
const notifyRule = '95-dm-notify.rules';

/**
 * True where udev will answer a cookie: a udevd listens in this network namespace (uevents come to it only there),
 * and the rules that call `dmsetup udevcomplete` are installed. A container that merely sees the host's /run/udev
 * has none.
 */
export function udevAnswers(): boolean {
  return listens() && ruleInstalled();
}

function listens(): boolean {
  try {
    return /\s\/run\/udev\/control$/m.test(readFileSync('/proc/net/unix', 'utf8'));
  } catch {
    return false;
  }
}

/** The first directory that has the rule decides; an empty file there, or /dev/null, masks it. */
function ruleInstalled(): boolean {
  for (const dir of ruleDirectories) {
    const stat = statSync(`${dir}/${notifyRule}`, { throwIfNoEntry: false });
    if (stat) return stat.isFile() && stat.size > 0;
  }
  return false;
}
