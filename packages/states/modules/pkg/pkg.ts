import { Turns } from '#service/turns.js';
import { fail } from '#tool/errors.js';
import { builtinFunction, builtinModule, type Finding } from '../builtin.js';
import type { Answer, Context, Module, Request } from '../module.js';
import { type PackageManager, packageManager } from './manager.js';
import {
  argsOf,
  type Change,
  changeOf,
  mergedChange,
  nameSchema,
  type PkgArgs,
  packageSchema,
  removedSchema,
  wantedOf,
} from './wanted.js';

/** Packages of the distribution. Several states are one transaction where the plan puts them into one step. */
export function pkgModule(manager: () => Promise<PackageManager> = packageManager): Module {
  const turns = new Turns(); // one transaction at a time
  let refreshed: Promise<void> | undefined;
  const refresh = (m: PackageManager, signal: AbortSignal) => {
    refreshed ??= m.refresh(signal).catch((e: unknown) => {
      refreshed = undefined; // the next one may have more luck
      throw e;
    });
    return refreshed;
  };

  async function look(request: Request<PkgArgs>): Promise<{ change: Change; finding: Finding }> {
    const m = await manager();
    const wanted = wantedOf(request);
    const installed = await m.installed([...wanted.keys()]);
    const asked = request.function === 'latest' ? [...wanted.keys()] : [...wanted.keys()].filter((name) => !installed.has(name));
    const candidates =
      request.function.endsWith('ed') && request.function !== 'installed' ? new Map() : await m.candidates(asked);
    const change = changeOf(request, wanted, installed, candidates);
    return { change, finding: { ...findingOf(change), output: outputOf(wanted, installed) } };
  }

  async function carryOut(requests: readonly Request<PkgArgs>[], context: Context): Promise<Answer[]> {
    const m = await manager();
    if (requests.some(({ args }) => args.refresh)) await refresh(m, context.signal);
    const looked = await Promise.all(requests.map(look));
    if (looked.some(({ change }) => change.unknown.length > 0)) {
      await refresh(m, context.signal);
      looked.splice(0, looked.length, ...(await Promise.all(requests.map(look))));
    }
    const lost = looked.flatMap(({ change }) => change.unknown);
    if (lost.length > 0)
      throw fail('notFound', 'no-package', `no repository has ${lost.map((n) => `"${n}"`).join(', ')}`, {
        hint: 'bring its repository about before: pkgrepo.managed',
      });
    const merged = mergedChange(
      looked.map(({ change }) => change),
      requests.map(({ args }) => args),
    );
    if (merged.install.size + merged.remove.length > 0) {
      refuseEnded(context.signal);
      await m.change(merged);
    }
    return Promise.all(looked.map(({ finding, change }, i) => answerOf(m, requests[i] as Request<PkgArgs>, finding, change)));
  }

  const f = (summary: string, schema: typeof packageSchema | typeof removedSchema) =>
    builtinFunction<PkgArgs>({
      summary,
      schema,
      name: nameSchema,
      aggregate: true,
      look: async (request, context) => ({
        ...(await look(request)).finding,
        act: async () => (await turns.take('packages', () => carryOut([request], context)))[0],
      }),
    });
  const functions = {
    installed: f('packages that are installed, of this version if one is named', packageSchema),
    latest: f('packages that are installed in the newest version there is', packageSchema),
    removed: f('packages that are not installed', removedSchema),
    purged: f('packages that are not installed, nor their configuration', removedSchema),
  };
  return builtinModule('pkg', functions, (requests, context) =>
    turns.take('packages', () =>
      carryOut(
        requests.map((r) => ({ ...r, args: argsOf(r.args) })),
        context,
      ),
    ),
  );
}

/** The last moment: a transaction that has begun goes to its end. */
function refuseEnded(signal: AbortSignal): void {
  if (signal.aborted) throw fail('aborted', 'ended', 'the run or the time of the state was over before packages were changed');
}

function findingOf({ changes, unknown }: Change): Finding {
  const names = Object.keys(changes);
  if (names.length === 0) return { changed: false, comment: 'the packages are as they should be' };
  const told = unknown.length > 0 ? `; no repository has ${unknown.join(', ')} yet` : '';
  return { changed: true, changes, comment: `would change: ${names.join(', ')}${told}` };
}

async function answerOf(m: PackageManager, request: Request<PkgArgs>, finding: Finding, { changes }: Change): Promise<Answer> {
  const wanted = wantedOf(request);
  const output = outputOf(wanted, await m.installed([...wanted.keys()]));
  const comment = finding.changed ? `changed: ${Object.keys(changes).join(', ')}` : finding.comment;
  return { result: true, changed: finding.changed, ...(finding.changed && { changes }), output, comment };
}

function outputOf(wanted: ReadonlyMap<string, unknown>, installed: ReadonlyMap<string, string>) {
  const versions = Object.fromEntries([...wanted.keys()].flatMap((n) => (installed.has(n) ? [[n, installed.get(n)]] : [])));
  return { versions, version: Object.values(versions)[0] ?? null };
}
