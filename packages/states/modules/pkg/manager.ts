import { existsSync } from 'node:fs';
import { fail } from '#tool/errors.js';
import { type Runner, realRunner } from '../system/program.js';

/** What the packages of a distribution are handled by. */
export interface PackageManager {
  name: 'apt' | 'dnf';
  /** Versions of those that are installed. */
  installed(names: readonly string[]): Promise<Map<string, string>>;
  /** Versions that would be installed; none of a package that no repository has. */
  candidates(names: readonly string[]): Promise<Map<string, string>>;
  /** Fetches the lists of the repositories; of one alone where `repository` names its file. */
  refresh(signal: AbortSignal, repository?: string): Promise<void>;
  /** One transaction, which is never cut short: a package database in its midst is mended by hand. */
  change(change: PackageChange): Promise<void>;
}

export interface PackageChange {
  /** Name → version, or undefined for the newest. */
  install: ReadonlyMap<string, string | undefined>;
  remove: readonly string[];
  /** Configuration of removed ones too. */
  purge: boolean;
  recommends: boolean;
}

/** @throws DvmError `no-package-manager` (exit 69) */
export async function packageManager(runner: Runner = realRunner): Promise<PackageManager> {
  if (existsSync('/usr/bin/apt-get')) return (await import('./apt.js')).apt(runner);
  if (existsSync('/usr/bin/dnf')) return (await import('./dnf.js')).dnf(runner);
  throw fail('unavailable', 'no-package-manager', 'neither apt nor dnf is on this node');
}
