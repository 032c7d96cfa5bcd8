import { path } from '#documents/common.schema.js';

/** Words of people: ids and names of states, file names of repositories. */
export const word = { type: 'string', minLength: 1, maxLength: 4096 } as const;
/** `module.function:id:name`: unique among the pieces of a document. */
export const key = { type: 'string', minLength: 1, maxLength: 16384 } as const;
export const keys = { type: 'array', items: key } as const;
export const seconds = { type: 'number', minimum: 0, maximum: 1e9 } as const;
/** Object names of git: SHA-1 or SHA-256. */
export const commit = { type: 'string', pattern: '^([0-9a-f]{40}|[0-9a-f]{64})$' } as const;
/** Of a module or a function. */
export const identifier = { type: 'string', pattern: '^[a-z_][a-z0-9_]{0,63}$' } as const;
export const repositoryName = { type: 'string', pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$' } as const;

/** Where the files of a repository lie on this node; `commit` is missing for a local directory that is no checkout. */
export const place = {
  type: 'object',
  required: ['url', 'directory'],
  additionalProperties: false,
  properties: { url: word, commit, directory: path },
} as const;
/** By name of the repository. */
export const places = { type: 'object', propertyNames: repositoryName, additionalProperties: place } as const;

/** A command line for a shell, or the words of a command; either may be known only at run time, as arguments may. */
const text = { type: ['string', 'object'], maxLength: 65536 } as const;
const tests = { type: 'array', items: { type: ['string', 'object', 'array'], maxLength: 65536, items: text } } as const;

/** Every requisite that binds a piece to others, its `_in` forms turned round: by kind, the keys of the targets. */
export const requisites = {
  type: 'object',
  additionalProperties: false,
  properties: {
    require: keys,
    require_any: keys,
    watch: keys,
    watch_any: keys,
    onchanges: keys,
    onchanges_any: keys,
    onfail: keys,
    onfail_any: keys,
    onfail_all: keys,
    prereq: keys,
    listen: keys,
    /** Pieces whose output its arguments name: as `require`. */
    output: keys,
  },
} as const;

/** One thing to bring about. */
export const piece = {
  type: 'object',
  required: ['key', 'module', 'function', 'id', 'name', 'args', 'requisites', 'order', 'at'],
  additionalProperties: false,
  properties: {
    key,
    module: identifier,
    function: identifier,
    id: word,
    name: word,
    /** Without `name`. What is known only at run time: `{"$output": …}`, `{"$secret": …}`, `{"$file": …}`, `{"$join": [ … ]}`. */
    args: { type: 'object' },
    requisites,
    /** Small before large, where requisites leave the choice. */
    order: { type: 'number', minimum: -1e15, maximum: 1e15 },
    failhard: { const: true },
    retry: {
      type: 'object',
      required: ['attempts', 'interval', 'until'],
      additionalProperties: false,
      properties: {
        attempts: { type: 'integer', minimum: 1, maximum: 10_000 },
        interval: seconds,
        /** The result that ends it. */
        until: { type: 'boolean' },
        /** Up to so many seconds more between two attempts, at random. */
        splay: seconds,
      },
    },
    timeout: seconds,
    unless: tests,
    onlyif: tests,
    creates: { type: 'array', items: path },
    /** Facts and modules are looked at anew after it. */
    at: {
      type: 'object',
      required: ['repository', 'sls', 'file', 'line'],
      additionalProperties: false,
      properties: {
        repository: repositoryName,
        /** As `include` names it. */
        sls: word,
        file: word,
        line: { type: 'integer', minimum: 1, maximum: 1e9 },
      },
    },
  },
} as const;
