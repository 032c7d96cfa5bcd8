import { output, type Runner } from '../system/program.js';
import type { PackageManager } from './manager.js';

/** Fedora's and its relatives' dnf; what is installed is asked of rpm. */
export function dnf(runner: Runner): PackageManager {
  const run = (args: readonly string[], signal?: AbortSignal) =>
    output(runner, { file: 'dnf', args: ['-y', '-q', ...args], ...(signal && { signal }) });
  return {
    name: 'dnf',
    installed: async (names) => {
      const args = ['-q', '--queryformat', '%{NAME}\\t%{EVR}\\n', '--', ...names];
      const text = names.length === 0 ? '' : await output(runner, { file: 'rpm', args }, [0, ...names.map((_, i) => i + 1)]);
      return pairs(text);
    },
    candidates: async (names) =>
      names.length === 0
        ? new Map()
        : pairs(await run(['repoquery', '--latest-limit=1', '--queryformat', '%{name}\\t%{evr}\\n', ...names])),
    refresh: async (signal, repository) => {
      await run(['makecache', ...(repository === undefined ? [] : ['--repo', repository])], signal);
    },
    change: async ({ install, remove, recommends }) => {
      const added = [...install].map(([name, version]) => (version === undefined ? name : `${name}-${version}`));
      const weak = recommends ? [] : ['--setopt=install_weak_deps=False'];
      if (added.length > 0) await run([...weak, 'install', ...added]);
      if (remove.length > 0) await run(['remove', ...remove]);
    },
  };
}

/** `NAME<tab>VERSION` a line; what rpm says of those that are not there has no tab. */
function pairs(text: string): Map<string, string> {
  const lines = text.split('\n').map((line) => line.split('\t'));
  return new Map(
    lines.flatMap(([name, version]) => (name && version ? [[name, version.replace(/^0:|^\(none\):/, '')] as const] : [])),
  );
}
