import { type CommitConfig, configBytes, type Descriptor, manifestOf, type StoredCommit } from '../format/commit.js';
import { type Extent, overlay, type Piece } from '../format/extents.js';
import { blockSize, commitMediaType, segmentBytes } from '../format/limits.js';
import { PackBuilder } from '../format/pack.js';
import { countUse } from '../format/repack.js';
import { segmentText } from '../format/segment.js';
import { codec } from '../format/zstd.js';
import { commitTag } from '../registry/reference.js';
import { digestOf, type Registry } from '../registry/registry.js';
import type { CommitRecord, Content } from './content.js';
import type { Encoded } from './frames.js';
import { Beside } from './in-order.js';
import { readSegment, type Tagged } from './stored.js';

/** Uploads under way at once; each holds a pack in memory. */
const uploads = 3;

interface OpenSegment {
  number: number;
  before: Extent[];
  pieces: Piece[];
}

export interface WriterOptions {
  registry: Registry;
  parent: StoredCommit | undefined;
  /** Bytes of the volume. */
  size: number;
  packTarget?: number | undefined;
  mountFrom?: string | undefined;
  /** Told of each pack that the registry has. */
  stored: (bytes: number) => void;
}

/** Takes the frames of one commit in, and stores packs, index, config and manifest, each after what it names. */
export class CommitWriter {
  readonly #options: WriterOptions;
  readonly #packs: PackBuilder;
  readonly #beside = new Beside(uploads);
  /** Bytes of packs, and of what is used of them, by digest. */
  readonly #sizes: Map<string, number>;
  readonly #use: Map<string, number>;
  readonly #segments: Map<string, number>;
  readonly #index: (string | null)[];
  #open: OpenSegment[] = [];

  constructor(options: WriterOptions) {
    const { parent, size, packTarget } = options;
    this.#options = options;
    this.#packs = new PackBuilder(packTarget);
    this.#sizes = new Map(parent?.packs.map((p) => [p.digest, p.size]));
    this.#use = new Map(parent?.packs.map((p) => [p.digest, p.used]));
    this.#segments = new Map(parent?.segments);
    this.#index = Array.from({ length: Math.ceil(size / segmentBytes) }, (_, i) => parent?.config.index[i] ?? null);
  }

  /** Segments come one after another. */
  async add({ segment, pieces, frame }: Encoded): Promise<void> {
    const open = await this.#segment(segment);
    const at = frame && this.#packs.add(frame.bytes, frame.sha256, frame.blocks);
    for (const piece of pieces) open.pieces.push({ ...piece, frame: at });
    if (this.#packs.full) await this.#closePack(false);
  }

  /** What of the parent lies behind the end of a volume that became smaller is in no extent any more. */
  async cutOff(): Promise<void> {
    const { parent, size } = this.#options;
    const beyond = (parent?.config.size ?? 0) - size;
    if (beyond <= 0) return;
    for (let i = this.#index.length; i < (parent?.config.index.length ?? 0); i++)
      if (parent) countUse(this.#use, await readSegment(this.#options.registry, parent, i), -1);
    if (size % segmentBytes === 0) return;
    await this.add({
      segment: this.#index.length - 1,
      pieces: [{ block: size / blockSize, blocks: beyond / blockSize, first: 0 }],
    });
  }

  async finish(record: CommitRecord, content: Content): Promise<Tagged> {
    await this.#closePack(true);
    await this.#beside.end();
    const stored = this.#commit(record, content);
    const config = configBytes(stored.config);
    const described: Descriptor = { mediaType: commitMediaType, digest: digestOf(config), size: config.length };
    const manifest = manifestOf(stored, described);
    const { registry } = this.#options;
    await registry.putBlob(described.digest, config);
    await registry.putManifest(commitTag(record.id), manifest);
    return { ...stored, manifest, digest: digestOf(manifest) };
  }

  /** Waits until nothing is under way, whatever becomes of it. */
  async settle(): Promise<void> {
    await this.#beside.end().catch(() => {});
  }

  async #segment(number: number): Promise<OpenSegment> {
    const last = this.#open.at(-1);
    if (last?.number === number) return last;
    const { parent, registry } = this.#options;
    const open = { number, before: parent ? await readSegment(registry, parent, number) : [], pieces: [] };
    this.#open.push(open);
    return open;
  }

  /** With its pack closed, all that a segment points to has a name; the last one may still get more. */
  async #closePack(end: boolean): Promise<void> {
    const pack = this.#packs.close();
    const { registry, mountFrom, stored } = this.#options;
    if (pack) {
      this.#sizes.set(pack.digest, pack.bytes.length);
      await this.#beside.start(async () => {
        await registry.putBlob(pack.digest, pack.bytes, mountFrom);
        stored(pack.bytes.length);
      });
    }
    const whole = this.#open.splice(0, this.#open.length - (end ? 0 : 1));
    for (const segment of whole) await this.#closeSegment(segment);
  }

  async #closeSegment({ number, before, pieces }: OpenSegment): Promise<void> {
    const after = overlay(
      before,
      pieces.sort((a, b) => a.block - b.block),
    );
    countUse(this.#use, before, -1);
    countUse(this.#use, after, 1);
    if (after.length === 0) {
      this.#index[number] = null;
      return;
    }
    const bytes = await codec().compress(Buffer.from(segmentText(after)));
    const digest = digestOf(bytes);
    this.#index[number] = digest;
    this.#segments.set(digest, bytes.length);
    await this.#beside.start(() => this.#options.registry.putBlob(digest, bytes, this.#options.mountFrom));
  }

  #commit({ parent: id, ...record }: CommitRecord, { size, fs }: Content): StoredCommit {
    const { parent } = this.#options;
    const packs = [...this.#sizes].flatMap(([digest, bytes]) => {
      const used = this.#use.get(digest) ?? 0;
      return used > 0 ? [{ digest, size: bytes, used }] : [];
    });
    const config: CommitConfig = {
      ...record,
      ...{ kind: 'dot-commit', version: 1, size, blockSize, index: this.#index },
      metadata: { ...record.metadata },
      ...(id !== undefined && { parent: id }),
      ...(fs && { fs: { type: fs.type, ...(fs.uuid !== undefined && { uuid: fs.uuid }) } }),
      used: packs.map((p) => p.used),
      ancestors: parent ? [parent.config.id, ...parent.config.ancestors] : [],
    };
    return { config, segments: this.#segments, packs };
  }
}
