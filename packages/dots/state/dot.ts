import type { FromSchema } from 'json-schema-to-ts';
import type { dotAnnotationSchema } from './annotation.schema.js';

export type Annotation = FromSchema<typeof dotAnnotationSchema>;
export type BranchAnnotation = Extract<Annotation, { role: 'branch' }>;
export type CommitAnnotation = Extract<Annotation, { role: 'commit' }>;
export type WorkAnnotation = Extract<Annotation, { role: 'work' }>;
export type FileSystemType = DotFacts['fs'];
/** What a dot is, apart from its branches. */
export type DotFacts = NonNullable<BranchAnnotation['of']>;

/** The thin volume that a branch, a commit or a pull under way is. */
export interface Volume {
  /** Of a commit the commit's own. */
  id: string;
  name: string;
  /** Bytes. */
  size: number;
  /** Id of the pool's volume, and the number there. */
  pool: string;
  device: number;
}

export interface Branch extends Omit<BranchAnnotation, 'role' | 'branch' | 'of' | 'current'> {
  /** Stays while the volume is replaced. */
  id: string;
  current: boolean;
  volume: Volume;
}

export interface Commit extends Omit<CommitAnnotation, 'role'> {
  id: string;
  volume: Volume;
}

/** What a pull is writing into, or has been when it was interrupted. */
export interface Work extends Omit<WorkAnnotation, 'role'> {
  volume: Volume;
}

export interface Dot extends DotFacts {
  id: string;
  /** `master` first, the others by name. */
  branches: Branch[];
}

/** All dots of a group. */
export interface DotsState {
  /** By namespace and name. */
  dots: Dot[];
  /** By id. */
  commits: ReadonlyMap<string, Commit>;
  works: Work[];
}
