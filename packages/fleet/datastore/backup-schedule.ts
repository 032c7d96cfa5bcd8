import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '#daemon/log.js';
import type { Etcd } from '#etcd/client.js';
import { makeDirectories } from '#tool/directories.js';
import { asDvmError } from '#tool/invoke.js';
import { backUp, backupName, backupTime, pieces, prune } from './backup.js';

/** Backups into a directory: how often, and how many are kept. */
export interface Schedule {
  directory: string;
  everyMs: number;
  keep: number;
}

/** Makes a backup when the newest in the directory is old enough. A failure is told, and tried again at the next turn. */
export async function backUpWhenDue(etcd: Etcd, schedule: Schedule | undefined, log: Log, now = Date.now()): Promise<void> {
  if (!schedule) return;
  const { directory, everyMs, keep } = schedule;
  try {
    makeDirectories(directory, 0o700);
    const newest = Math.max(0, ...readdirSync(directory).flatMap((file) => backupTime(file) ?? []));
    if (now - newest < everyMs) return;
    const path = join(directory, backupName(new Date(now)));
    const bytes = await backUp(pieces(etcd), path);
    prune(directory, keep);
    log('info', 'backed-up', { path, bytes });
  } catch (e) {
    const { code, message } = asDvmError(e);
    log('error', 'backup-failed', { code, message });
  }
}
