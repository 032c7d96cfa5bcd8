/** Bytes of a volume, both multiples of 4096. In a list: ascending, none touching or overlapping another. */
export interface Range {
  offset: number;
  length: number;
}

/** What is on a volume, with the word that blkid has for it. */
export interface FileSystem {
  type: string;
  uuid?: string | undefined;
}

/** The bytes of one commit. */
export interface Content {
  /** Bytes, a multiple of 4096. */
  readonly size: number;
  readonly fs?: FileSystem | undefined;
  /** Exactly so many bytes; several may be under way at once. */
  read(offset: number, length: number): Promise<Buffer>;
  /** What may hold anything but zeros. */
  allocated(): Promise<Range[]>;
  close(): Promise<void>;
}

/** What is known of a commit wherever it is: docs/formats/dots.md. */
export interface CommitRecord {
  id: string;
  /** Id of the dot, and name of the branch, that it was made in. */
  dot: string;
  branch: string;
  parent?: string | undefined;
  author: string;
  message: string;
  /** Nanoseconds since 1970, digits. */
  time: string;
  metadata: Readonly<Record<string, string>>;
}

/** Where commits are pushed from. */
export interface CommitSource {
  /** All that are known here, each after its parent. */
  readonly commits: readonly CommitRecord[];
  /** @throws when its content is not here */
  open(commit: string): Promise<Content>;
  /** Where the second may differ from the first. */
  changed(from: string, to: string): Promise<Range[]>;
}

/** What a commit is pulled into: it holds an earlier one, or zeros. */
export interface Target {
  readonly size: number;
  /** Several may be under way at once, never two to one place. */
  write(offset: number, data: Buffer): Promise<void>;
  /** From now on these bytes read as zeros, and should cost nothing. */
  zero(offset: number, length: number): Promise<void>;
  /** All that was written is on disk. */
  flush(): Promise<void>;
  /** Lets a pull that was cut go on: what is there already and right is not fetched again. */
  read?(offset: number, length: number): Promise<Buffer>;
}

/** How a registry is reached, and who we are to it. */
export interface Remote {
  /** HOST[:PORT]/PATH, one repository a dot. */
  reference: string;
  auth: RemoteAuth;
  /** PEM file of the authority that signed the registry's certificate, beside the system's. */
  ca?: string | undefined;
  /** HTTP without TLS: only when told. */
  plainHttp?: boolean | undefined;
}

/**
 * `credentials`: a file with `USER:PASSWORD` or a token for Bearer on its first line. `docker-config`: Docker's
 * `config.json`, of which `auths` is used.
 */
export type RemoteAuth = { kind: 'anonymous' } | { kind: 'credentials' | 'docker-config'; path: string };

/** How far a transfer is: commit `index` of `total`, and bytes of content of all of them. */
export interface DotProgress {
  kind: 'dot-progress';
  version: 1;
  phase: 'metadata' | 'calculating' | 'pushing' | 'pulling' | 'finished';
  index: number;
  total: number;
  /** Bytes that were looked at (push) or written (pull). */
  sent: number;
  /** Bytes in all, as far as is known; at the end as many as `sent`. */
  size: number;
}

export type OnProgress = (progress: DotProgress) => void;
