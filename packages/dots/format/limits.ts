/** Sizes of docs/formats/dots.md, in bytes unless they say otherwise. Whatever comes from a registry is held to them. */
export const blockSize = 4096;
/** Blocks of content in one frame, and what runs are cut at. */
export const frameBlocks = 16;
/** Blocks of a volume that one index segment covers: 1 GiB. */
export const segmentBlocks = 262_144;
export const segmentBytes = segmentBlocks * blockSize;

/** A pack is closed once it holds so many: the unit of retry. */
export const packTarget = 32 << 20;
export const packLimit = 64 << 20;
/** A pack of well compressible content is closed by the number of its frames: so much waits in memory for its digest. */
export const packFrames = 65_536;
/** ZSTD_compressBound(64 KiB), rounded up. */
export const frameLimit = 66_000;

export const manifestLimit = 4 << 20;
export const configLimit = 16 << 20;
/** Of an index segment, compressed and not: 262,144 extents of one block, each with a digest of its own, are 31 MB. */
export const segmentLimit = 64 << 20;

/** Characters of author, message and metadata of a commit, as JSON: what an annotation holds (8192), less what else is in it. */
export const wordsLimit = 7500;

export const commitMediaType = 'application/vnd.dvm.commit.v1+json';
export const indexMediaType = 'application/vnd.dvm.index.v1+zstd';
export const packMediaType = 'application/vnd.dvm.pack.v1';
export const manifestMediaType = 'application/vnd.oci.image.manifest.v1+json';
