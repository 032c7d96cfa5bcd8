import { path } from '#documents/common.schema.js';
import { commit, identifier, repositoryName, word } from './piece.schema.js';

const file = {
  type: 'object',
  required: ['path'],
  additionalProperties: false,
  properties: {
    /** From the repository's directory. */
    path: word,
    /** Of states and data; other files are read where they lie. */
    text: { type: 'string' },
  },
} as const;

const repository = {
  type: 'object',
  required: ['name', 'url', 'directory', 'signature', 'files'],
  additionalProperties: false,
  properties: {
    name: repositoryName,
    /** As it was given; of a local directory its path. */
    url: word,
    ref: word,
    commit,
    /** Of the files, absolute; below a cache that only root writes. */
    directory: path,
    signature: {
      type: 'object',
      required: ['policy', 'verdict'],
      additionalProperties: false,
      properties: {
        policy: { enum: ['none', 'gpg', 'ssh'] },
        verdict: { enum: ['unchecked', 'good'] },
        /** Fingerprint of the key, and whose it is. */
        key: word,
        signer: word,
      },
    },
    files: { type: 'array', items: file },
  },
} as const;

/** state fetch → state compile. */
export const stateSourcesSchema = {
  $id: 'dvm:state-sources',
  type: 'object',
  required: ['kind', 'version', 'repositories', 'facts', 'data'],
  additionalProperties: false,
  properties: {
    kind: { const: 'state-sources' },
    version: { const: 1 },
    /** A state of an earlier one hides that of the same name in a later one. */
    repositories: { type: 'array', items: repository },
    facts: { type: 'object' },
    /** What the repositories' `data/` and those who fetch say. */
    data: { type: 'object' },
    /** What modules besides the built-in ones can do, by name: the answers to `describe`. */
    modules: { type: 'object', propertyNames: identifier, additionalProperties: { type: 'object' } },
  },
} as const;
