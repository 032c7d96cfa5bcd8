import { newId } from '#documents/ids.js';
import type { Measured, Seen, TransferOptions, Verbs } from '#dots/server/verbs.js';
import type { Branch, Commit, Dot, Volume } from '#dots/state/dot.js';
import { findBranch, findDot, findNamed } from '#dots/state/find.js';
import { fail } from '#tool/errors.js';

/** Dots in memory, as a server sees them: what they hold is left out. */
export class MemoryDots implements Verbs {
  readonly group = { id: newId(), name: 'memory' };
  readonly dots: Dot[] = [];
  readonly commits = new Map<string, Commit>();
  readonly mounted: string[] = [];
  /** What a transfer does; replaced by tests. */
  transfer: (options: TransferOptions) => Promise<void> = async () => {};

  async read(): Promise<Seen> {
    return { group: this.group, state: { dots: [...this.dots], commits: new Map(this.commits), works: [] } };
  }

  async measure(): Promise<Measured> {
    return { sizeBytes: 4096, dirtyBytes: 512, mounts: this.mounted };
  }

  async init({ namespace, name }: { namespace: string; name: string }): Promise<Dot> {
    if (this.dots.some((d) => d.namespace === namespace && d.name === name))
      throw fail('exists', 'dot-exists', `dot "${name}" already exists`);
    const id = newId();
    const dot: Dot = {
      id,
      namespace,
      name,
      created: '2026-01-01T00:00:00Z',
      size: 1 << 20,
      fs: 'ext4',
      branches: [branchOf(id, 'master')],
    };
    this.dots.push(dot);
    return dot;
  }

  async remove(named: { namespace: string; name: string }): Promise<void> {
    this.dots.splice(this.dots.indexOf(findDot(await this.#state(), named)), 1);
  }

  async commit(
    named: Parameters<Verbs['commit']>[0],
    message: string,
    author = 'nobody',
    metadata: Record<string, string>,
  ): Promise<Commit> {
    const { dot, branch } = findNamed(await this.#state(), named);
    const made: Commit = {
      ...{ id: newId(), dot: dot.id, branch: branch.name, author, message, time: `${this.commits.size}`, metadata, volume },
      ...(branch.head !== undefined && { parent: branch.head }),
    };
    this.commits.set(made.id, made);
    branch.head = made.id;
    return made;
  }

  async branch(named: Parameters<Verbs['branch']>[0], name: string): Promise<Branch> {
    const { dot, branch } = findNamed(await this.#state(), named);
    const made = { ...branchOf(dot.id, name), ...(branch.head !== undefined && { head: branch.head }) };
    dot.branches.push(made);
    return made;
  }

  async rollback(named: Parameters<Verbs['rollback']>[0], to: string): Promise<void> {
    findNamed(await this.#state(), named).branch.head = to;
  }

  async fork(named: Parameters<Verbs['fork']>[0], as: { namespace: string; name: string }): Promise<Dot> {
    const from = findDot(await this.#state(), named);
    const made = Object.assign(await this.init(as), { forkedFrom: { dot: from.id, commit: findBranch(from).head ?? '' } });
    return made;
  }

  async mount({ dot, subdot, commit, target }: Parameters<Verbs['mount']>[0]): Promise<string> {
    findDot(await this.#state(), dot);
    this.mounted.push(target ?? '/somewhere');
    return target ?? `/mounts/${dot.name}/${commit ?? dot.branch ?? ''}/${subdot ?? ''}`;
  }

  push(options: TransferOptions): Promise<void> {
    return this.transfer(options);
  }

  pull(options: TransferOptions): Promise<void> {
    return this.transfer(options);
  }

  async clone(options: TransferOptions): Promise<void> {
    await this.transfer(options);
    await this.init(options.dot);
  }

  async #state() {
    return (await this.read()).state;
  }
}

const volume: Volume = { id: 'v', name: 'v', size: 1 << 20, pool: 'p', device: 1 };

function branchOf(dot: string, name: string): Branch {
  return { id: newId(), dot, name, current: name === 'master', volume };
}
