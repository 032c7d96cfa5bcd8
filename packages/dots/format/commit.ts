import type { FromSchema } from 'json-schema-to-ts';
import validate from '#gen/dot-commit.js';
import { documentType } from '#tool/document.js';
import { fail } from '#tool/errors.js';
import { canonical, parseJson } from '#tool/json.js';
import { digestPattern, type dotCommitSchema } from './commit.schema.js';
import * as is from './limits.js';
import type { PackUse } from './repack.js';

export type CommitConfig = FromSchema<typeof dotCommitSchema>;
const configType = documentType<CommitConfig>('dot-commit', 1, validate);

/** What a manifest says of one blob. */
export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

/** A commit as a registry has it. */
export interface StoredCommit {
  config: CommitConfig;
  /** Sizes of the index segments, by digest. */
  segments: ReadonlyMap<string, number>;
  packs: readonly PackUse[];
}

/** A commit's manifest: the index in its order, then the packs. Each blob stands there once. */
export function manifestOf(commit: StoredCommit, config: Descriptor): Buffer {
  const segments = [...new Set(commit.config.index)].filter((d) => d !== null);
  const layers = [
    ...segments.map((digest) => ({ mediaType: is.indexMediaType, digest, size: commit.segments.get(digest) ?? 0 })),
    ...commit.packs.map(({ digest, size }) => ({ mediaType: is.packMediaType, digest, size })),
  ];
  const manifest = { schemaVersion: 2, mediaType: is.manifestMediaType, artifactType: is.commitMediaType, config, layers };
  const bytes = Buffer.from(canonical(manifest));
  if (bytes.length > is.manifestLimit)
    throw fail('noSpace', 'too-many-layers', `commit "${commit.config.id}" has ${layers.length} layers: no manifest holds them`);
  return bytes;
}

export function configBytes(config: CommitConfig): Buffer {
  return Buffer.from(canonical(config));
}

/** @throws DvmError `bad-manifest` (exit 65), `bad-json`; `not-a-commit` (exit 65) some other artifact */
export function parseManifest(bytes: Buffer, name: string): { config: Descriptor; layers: Descriptor[] } {
  const value = parseJson(bytes, name, { bytes: is.manifestLimit, depth: 16 });
  const { artifactType, config, layers } = asObject(value);
  if (artifactType !== is.commitMediaType)
    throw fail('badInput', 'not-a-commit', `"${name}" is not a commit of a dot but something else that a registry holds`);
  if (!isDescriptor(config) || config.size > is.configLimit || !Array.isArray(layers) || !layers.every(isDescriptor))
    throw badManifest(name, 'its config or layers are not described');
  return { config, layers };
}

/**
 * The commit that a manifest and its config describe, its parts held against each other and against the limits.
 *
 * @throws DvmError `bad-manifest`, `bad-document` (exit 65)
 */
export function parseCommit(layers: readonly Descriptor[], bytes: Buffer, name: string): StoredCommit {
  const config = configType.parse(parseJson(bytes, name, { bytes: is.configLimit, depth: 8 }), name);
  const ofType = (type: string) => layers.filter((l) => l.mediaType === type);
  const segments = new Map(ofType(is.indexMediaType).map((l) => [l.digest, l.size]));
  const packs = ofType(is.packMediaType);
  if (wordsOf(config) > is.wordsLimit) throw badManifest(name, 'it has more words than a commit may have');
  if (config.size % is.blockSize !== 0) throw badManifest(name, 'its size is not in blocks');
  if (config.index.length !== Math.ceil(config.size / is.segmentBytes)) throw badManifest(name, 'its index is not of its size');
  if (config.index.some((d) => d !== null && !segments.has(d))) throw badManifest(name, 'a segment of its index is no layer');
  if (config.used.length !== packs.length) throw badManifest(name, 'it does not say of each pack what is used');
  if (packs.some((p) => p.size > is.packLimit)) throw badManifest(name, 'a pack is larger than any may be');
  if ([...segments.values()].some((size) => size > is.segmentLimit)) throw badManifest(name, 'an index segment is too large');
  return { config, segments, packs: packs.map(({ digest, size }, i) => ({ digest, size, used: config.used[i] ?? 0 })) };
}

/** How many characters of words a commit has. */
export function wordsOf({ author, message, metadata }: Pick<CommitConfig, 'author' | 'message' | 'metadata'>): number {
  return JSON.stringify({ author, message, metadata }).length;
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

const digest = new RegExp(digestPattern);

function isDescriptor(value: unknown): value is Descriptor {
  const { mediaType, digest: text, size } = asObject(value);
  return (
    typeof mediaType === 'string' &&
    typeof text === 'string' &&
    digest.test(text) &&
    Number.isSafeInteger(size) &&
    Number(size) >= 0
  );
}

function badManifest(name: string, what: string) {
  return fail('badInput', 'bad-manifest', `the manifest of "${name}" is unsound: ${what}`);
}
