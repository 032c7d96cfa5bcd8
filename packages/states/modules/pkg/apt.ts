import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DvmError, fail } from '#tool/errors.js';
import { output, type Runner } from '../system/program.js';
import type { PackageChange, PackageManager } from './manager.js';

/** Seconds that apt waits for whoever else changes packages. */
const patience = 600;
/** Nothing asks questions; configuration that somebody has changed stays. */
const env = { DEBIAN_FRONTEND: 'noninteractive', APT_LISTCHANGES_FRONTEND: 'none', LC_ALL: 'C.UTF-8' };
const common = ['-y', '-q', '-o', `DPkg::Lock::Timeout=${patience}`];
const keepConfig = ['-o', 'Dpkg::Options::=--force-confdef', '-o', 'Dpkg::Options::=--force-confold'];

/** Debian's apt. What is installed is asked of dpkg once, until its database changes. */
export function apt(runner: Runner, database = '/var/lib/dpkg/status'): PackageManager {
  let known: { time: number; versions: Map<string, string> } | undefined;

  async function versions(): Promise<Map<string, string>> {
    const time = statSync(database, { throwIfNoEntry: false })?.mtimeMs ?? Number.NaN;
    if (known?.time === time) return known.versions;
    const format = `${['Package', 'Architecture', 'Version', 'db:Status-Status'].map((f) => `\${${f}}`).join('\\t')}\\n`;
    known = { time, versions: parseInstalled(await output(runner, { file: 'dpkg-query', args: ['-W', '-f', format] })) };
    return known.versions;
  }

  return {
    name: 'apt',
    installed: async (names) => {
      const all = await versions();
      return new Map(names.flatMap((name) => (all.has(name) ? [[name, all.get(name) as string] as const] : [])));
    },
    candidates: async (names) =>
      names.length === 0
        ? new Map()
        : parsePolicy(await output(runner, { file: 'apt-cache', args: ['policy', '--', ...names], env })),
    refresh: (signal, repository) => refresh(runner, signal, repository),
    change: async (change) => {
      known = undefined;
      await output(runner, { file: 'apt-get', args: changeArgs(change), env });
    },
  };
}

/** `apt-get install NAME NAME=VERSION NAME-`: what is to go is named with a hyphen, so that all is one transaction. */
function changeArgs({ install, remove, purge, recommends }: PackageChange): string[] {
  const added = [...install].map(([name, version]) => (version === undefined ? name : `${name}=${version}`));
  const downgrades = [...install.values()].some((v) => v !== undefined) ? ['--allow-downgrades'] : [];
  const flags = [...(recommends ? [] : ['--no-install-recommends']), ...(purge ? ['--purge'] : []), ...downgrades];
  if (install.size === 0) return [...common, ...keepConfig, purge ? 'purge' : 'remove', ...remove];
  return [...common, ...keepConfig, ...flags, 'install', ...added, ...remove.map((name) => `${name}-`)];
}

/** The lock of the lists is not waited for by apt itself. */
async function refresh(runner: Runner, signal: AbortSignal, repository: string | undefined): Promise<void> {
  const one = ['Dir::Etc::sourceparts=-', 'APT::Get::List-Cleanup=0', `Dir::Etc::sourcelist=${repository}`];
  const args = [...common, ...(repository === undefined ? [] : one.flatMap((o) => ['-o', o])), 'update'];
  for (let waited = 0; ; waited++) {
    try {
      const text = await output(runner, { file: 'apt-get', args: [...args, '-o', 'APT::Update::Error-Mode=any'], env, signal });
      const failed = /^(?:Err:|W: .*(?:Failed|not signed|NO_PUBKEY)).*$/m.exec(text);
      if (failed) throw fail('io', 'apt-get-failed', `apt-get update failed: ${failed[0]}`);
      return;
    } catch (e) {
      const isLocked = e instanceof DvmError && /Could not get lock|Unable to lock/.test(JSON.stringify(e));
      if (!isLocked || waited >= patience || signal.aborted) throw e;
      await sleep(1000);
    }
  }
}

/** Lines of dpkg-query; a package is known by its name, and with its architecture behind it. */
export function parseInstalled(text: string): Map<string, string> {
  const versions = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [name, architecture, version, status] = line.split('\t');
    if (!name || version === undefined || status !== 'installed') continue;
    versions.set(name, version);
    versions.set(`${name}:${architecture}`, version);
  }
  return versions;
}

/** `apt-cache policy`: a name at the beginning of a line, `Candidate:` below it. */
export function parsePolicy(text: string): Map<string, string> {
  const candidates = new Map<string, string>();
  let name = '';
  for (const line of text.split('\n')) {
    name = /^(\S+):$/.exec(line)?.[1] ?? name;
    const candidate = /^ {2}Candidate: (\S+)$/.exec(line)?.[1];
    if (candidate !== undefined && candidate !== '(none)') candidates.set(name, candidate);
  }
  return candidates;
}
