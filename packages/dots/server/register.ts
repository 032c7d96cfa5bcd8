import type { Etcd } from '#etcd/client.js';
import type { KeyValue, Operation } from '#etcd/codec.js';
import { range, txn } from '#etcd/kv.js';
import { canonical, type Json, parseJson } from '#tool/json.js';
import { commitsOf, master, volumeOf } from './answers.js';
import type { Seen } from './verbs.js';

/**
 * The register of dots in etcd: worked out from each server's group, whose metadata is the truth, and never read back into it. A
 * server writes below `PREFIX/SERVER/` alone: `server`, `branch/ID`, `commits/ID` (of a branch), and `transfer/ID`.
 */

/** What goes into one transaction: etcd takes 128 operations, and 1.5 MiB. */
const most = { operations: 100, bytes: 1 << 20 };

/** So many of the newest commits of a branch, or as many as fit into one transaction. */
const mostCommits = 1000;

/** All keys of a server that follow from its group, and what they hold. */
export function entriesOf({ state, group }: Seen, server: string, addresses: readonly string[]): Map<string, Json> {
  const entries = new Map<string, Json>([['server', { Id: server, Addresses: [...addresses], Group: group.name }]]);
  for (const dot of state.dots)
    for (const branch of dot.branches) {
      entries.set(`branch/${branch.id}`, volumeOf(state, dot, branch, server));
      entries.set(`commits/${branch.id}`, newest(commitsOf(state, branch.head)));
    }
  return entries;
}

/** The newest of these commits that etcd takes under one key, the oldest first. */
function newest(commits: readonly Json[]): Json[] {
  const kept: Json[] = [];
  let bytes = 2;
  for (const commit of commits.toReversed().slice(0, mostCommits)) {
    bytes += Buffer.byteLength(canonical(commit)) + 1;
    if (bytes > most.bytes) break;
    kept.push(commit);
  }
  return kept.toReversed();
}

/** What has to be written so that these keys are there and no others. */
export function changesTo(entries: ReadonlyMap<string, Json>, prefix: string, known: readonly KeyValue[]): Operation[] {
  const there = new Map(known.map(({ key, value }) => [key, value]));
  const wanted = new Map([...entries].map(([key, value]) => [prefix + key, canonical(value)]));
  const puts = [...wanted].filter(([key, value]) => there.get(key) !== value).map(([key, value]) => ({ put: key, value }));
  const gone = [...there.keys()].filter((key) => !wanted.has(key) && !key.startsWith(`${prefix}transfer/`));
  return [...puts, ...gone.map((key) => ({ delete: key }))];
}

/** In portions that etcd takes, in order. */
export function portionsOf(changes: readonly Operation[]): Operation[][] {
  const portions: Operation[][] = [];
  let bytes = 0;
  for (const change of changes) {
    const size = Buffer.byteLength(JSON.stringify(change));
    const last = portions.at(-1);
    if (last && last.length < most.operations && bytes + size <= most.bytes) last.push(change);
    else portions.push([change]);
    bytes = portions.at(-1)?.length === 1 ? size : bytes + size;
  }
  return portions;
}

export interface RegisterOptions {
  etcd: Etcd;
  /** Begins the keys of all servers; ends in a slash. */
  prefix: string;
  server: string;
  /** Where others reach this server. */
  addresses: readonly string[];
  read(): Promise<Seen>;
}

export class Register {
  readonly #o: RegisterOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: RegisterOptions) {
    this.#o = options;
  }

  /** Begins this server's own keys. */
  get own(): string {
    return `${this.#o.prefix}${this.#o.server}/`;
  }

  /** Makes the register what the group says. One at a time: what was read later is written later. Returns how much had to change. */
  reconcile(): Promise<number> {
    const work = (): Promise<number> => this.#reconcile();
    const done = this.#last.then(work, work);
    this.#last = done.catch(() => {});
    return done;
  }

  async #reconcile(): Promise<number> {
    const { etcd, server, addresses, read } = this.#o;
    const { keys } = await range(etcd, { prefix: this.own });
    const changes = changesTo(entriesOf(await read(), server, addresses), this.own, keys);
    for (const portion of portionsOf(changes)) await txn(etcd, [], portion);
    return changes.length;
  }

  /** Every server's dots: `{Dots: [{MasterBranch, OtherBranches, Owner, Collaborators}], Servers: [{Id, Addresses}]}`. */
  async everything(): Promise<Json> {
    const { keys } = await range(this.#o.etcd, { prefix: this.#o.prefix });
    const entries = keys.map(({ key, value }) => ({ ...placeOf(key, this.#o.prefix), value: parseJson(value, key) }));
    const volumes = entries.flatMap(({ kind, value }) => (kind === 'branch' ? [objectOf(value)] : []));
    const servers = entries.flatMap(({ kind, value }) => (kind === 'server' ? [objectOf(value)] : []));
    return { Dots: dotsOf(volumes), Servers: servers.map(({ Id = '', Addresses = [] }) => ({ Id, Addresses })) };
  }
}

type Entry = { readonly [key: string]: Json };

function placeOf(key: string, prefix: string): { server: string; kind: string } {
  const [server = '', kind = ''] = key.slice(prefix.length).split('/');
  return { server, kind };
}

/** A dot for each branch `master`, with the others of the same name on the same server. */
function dotsOf(volumes: readonly Entry[]): Json[] {
  const nameOf = (v: Entry): string => canonical([v.Master ?? null, v.Name ?? null]);
  return volumes
    .filter((v) => v.Branch === '' || v.Branch === master)
    .map((dot) => ({
      MasterBranch: { ...dot },
      OtherBranches: volumes.filter((v) => v !== dot && nameOf(v) === nameOf(dot)).map((v) => ({ ...v })),
      Owner: {},
      Collaborators: [],
    }));
}

function objectOf(value: Json): Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
