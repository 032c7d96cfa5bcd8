import { noTxn } from '#documents/ids.js';
import type { Region } from '#documents/regions.js';
import { DvmError, fail } from '#tool/errors.js';
import { isEmptyRoot, type Root, type Version, versionOf } from './format/root.js';
import type { Entries } from './format/table.js';
import { readHistory } from './region/history.js';
import type { OpenRegion } from './region/open-region.js';
import { readPages } from './region/read-pages.js';
import { type PlacedTree, walkTree } from './region/walk.js';
import { type RegionSet, setStatus } from './region-set.js';
import { requireSync, statusOf } from './sync.js';

export interface Content {
  content: Buffer;
  version: Version;
  /** A later version is prepared and not committed. */
  prepared: Version | undefined;
  mark: boolean;
  /** Regions that hold this version damaged; the content was read from another one. */
  problems: { region: Region; error: DvmError }[];
}

/**
 * The active version's content, or that of the version `txn`: the active, the prepared one, or one in the history.
 * Superblocks of all regions must agree; the content is read from one, and from the next when it is damaged there.
 *
 * @throws DvmError `out-of-sync` (84), `nothing-committed`, `no-such-version`, `not-initialised` (80),
 *   `region-damaged`, `io-error` (74)
 */
export async function readFrom(set: RegionSet, options: { txn?: string | undefined } = {}): Promise<Content> {
  const status = requireSync(setStatus(set));
  if (options.txn === undefined && status.active?.txn === noTxn) throw nothingCommitted();
  const problems: Content['problems'] = [];
  for (const of of set.members) {
    try {
      const root = await findRoot(of, options.txn);
      const content = await readVersion(set, of, root);
      return { content, version: versionOf(root), prepared: status.shadow, mark: status.mark, problems };
    } catch (e) {
      if (!(e instanceof DvmError) || e.exit !== 'io') throw e;
      problems.push({ region: of.region, error: e });
    }
  }
  throw nowhereSound(problems);
}

function nothingCommitted(): DvmError {
  return fail('notFound', 'nothing-committed', 'the regions are initialised, but nothing was committed to them yet');
}

async function findRoot(of: OpenRegion, txn: string | undefined): Promise<Root> {
  const s = of.superblock;
  if (!s) throw new Error('a region in sync has a superblock');
  if (txn === undefined || s.active.txn === txn) return s.active;
  if (s.shadow?.root.txn === txn) return s.shadow.root;
  const history = await readHistory(of, s.history);
  const found = history.entries.find((e) => e.root.txn === txn);
  if (found) return found.root;
  if (history.problem) throw fail('io', 'region-damaged', `region "${of.name}" is damaged: ${history.problem}`);
  throw fail('notFound', 'no-such-version', `version "${txn}" is not in the regions`, { hint: 'see dvm_replicate history' });
}

async function readVersion(set: RegionSet, of: OpenRegion, root: Root): Promise<Buffer> {
  const tree = await placedTree(set, of, root);
  const pages = tree[0];
  const content = pages ? await readPages(of, pages) : Buffer.alloc(0);
  if (pages && root.txn === of.superblock?.active.txn) set.memory.content = { hash: root.hash, content, pages };
  return content;
}

/** Where a version lies in a region, read once for the active one. */
export async function placedTree(set: RegionSet, of: OpenRegion, root: Root): Promise<PlacedTree> {
  const { memory } = of;
  if (memory.active?.hash === root.hash && memory.active.block === root.block) return memory.active.tree;
  const tree = await walkTree(of, root);
  if (root.txn !== of.superblock?.active.txn) return tree;
  const shared = shareShape(set, root.hash, tree);
  memory.active = { hash: root.hash, block: root.block, tree: shared };
  return shared;
}

/** Hashes and lengths are the same in every region: they are kept once, only the block numbers for each. */
function shareShape({ memory }: RegionSet, hash: string, tree: PlacedTree): PlacedTree {
  const { shape } = memory;
  if (shape?.hash === hash) return tree.map(({ blocks }, i) => ({ ...(shape.levels[i] as Entries), blocks }));
  memory.shape = { hash, levels: tree };
  return tree;
}

function nowhereSound(problems: Content['problems']): DvmError {
  const first = problems[0] as Content['problems'][0];
  if (problems.length === 1) return first.error;
  return fail(
    'io',
    'region-damaged',
    `no region holds the content undamaged: ${first.error.message}, and ${problems.length - 1} more`,
    {
      details: problems.map((p) => ({ region: p.region, ...p.error.toJSON() })),
      cause: first.error,
    },
  );
}

/** Bytes read at first of a prefix. */
const FIRST_PREFIX = 64 * 1024;

/**
 * The beginning of a version's content in one region, twice as much each time until `enough` says so or all is read.
 *
 * @param root the version: by default the active one
 * @returns undefined when nothing was committed
 * @throws DvmError `region-damaged`, `io-error` (74), or why the device cannot be read
 */
export async function prefixOf(
  of: OpenRegion,
  enough: (prefix: Buffer) => boolean,
  root = of.superblock?.active,
): Promise<Buffer | undefined> {
  const { error } = statusOf(of);
  if (error) throw error;
  if (!root || isEmptyRoot(root)) return undefined;
  let prefix = Buffer.alloc(0);
  let pagesRead = 0;
  for (let want = FIRST_PREFIX; ; want *= 2) {
    const pages = (await walkTree(of, root, want))[0];
    if (!pages) return prefix;
    prefix = Buffer.concat([prefix, await readPages(of, pages, pagesRead)]);
    pagesRead = pages.blocks.length;
    if (prefix.length >= root.length || enough(prefix)) return prefix;
  }
}
