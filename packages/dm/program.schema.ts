import { count, positive } from '#documents/common.schema.js';
import { checkedKind, dmText, minor, targets, text, transactions, uuid, wipe } from './table.schema.js';

/**
 * What an instruction names. Without a uuid the device is found by name; with one it is found by the uuid alone,
 * so that a stranger that has taken the name meanwhile is never touched.
 */
const deviceId = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: { name: dmText, uuid },
} as const;
const op = <const N extends string, const P extends object, const R extends readonly string[]>(
  name: N,
  properties: P,
  required: R,
) =>
  ({
    type: 'object',
    required: ['op', ...required] as readonly ['op', ...R],
    additionalProperties: false,
    properties: { op: { const: name }, ...properties },
  }) as const;
const key = { type: 'string', maxLength: 256, pattern: '^(?!__proto__$)[^\\0]*$' } as const;

export const instruction = {
  $id: 'dvm:instruction',
  type: 'object',
  required: ['op'],
  discriminator: { propertyName: 'op' },
  oneOf: [
    op('remove-all', {}, []),
    op('list', { key }, ['key']),
    op('create', { id: deviceId, minor }, ['id']),
    op('remove', { id: deviceId }, ['id']),
    /** `noFlush`: in-flight I/O is held back, not waited for; `lockFs`: freeze the file system first. */
    op('suspend', { id: deviceId, noFlush: { type: 'boolean' }, lockFs: { type: 'boolean' } }, ['id']),
    op('resume', { id: deviceId, hidden: { type: 'boolean' }, noScan: { type: 'boolean' } }, ['id']),
    op(
      'load',
      { id: deviceId, targets: { ...targets, minItems: 1 }, readOnly: { type: 'boolean' }, secure: { type: 'boolean' } },
      ['id', 'targets'],
    ),
    op('clear', { id: deviceId }, ['id']),
    op('rename', { id: deviceId, name: dmText }, ['id', 'name']),
    op('message', { id: deviceId, sector: count, text, key }, ['id', 'sector', 'text']),
    /** Without a key it only asks whether the device is there. */
    op('info', { id: deviceId, key }, ['id']),
    op('table', { id: deviceId, key, inactive: { type: 'boolean' } }, ['id', 'key']),
    op('status', { id: deviceId, key }, ['id', 'key']),
    op('deps', { id: deviceId, key }, ['id', 'key']),
    /** Waits for an event past `eventNr`, at most `seconds`. */
    op('wait-event', { id: deviceId, eventNr: count, seconds: positive, key }, ['id', 'eventNr', 'seconds']),
    op('begin-object', { key }, []),
    op('end-object', { key }, []),
    op('literal', { key, value: {} }, ['key', 'value']),
    op('jmp', { to: count }, ['to']),
    op('jmp-fail', { to: count }, ['to']),
    op('exit', { code: { type: 'integer', minimum: 0, maximum: 63 } }, ['code']),
  ],
} as const;

/** Referred to, not repeated, so that the validator of a plan is not three times as long. */
export const instructionsSchema = {
  $id: 'dvm:instructions',
  type: 'array',
  items: { $ref: 'dvm:instruction' },
  maxItems: 4_000_000,
} as const;
const instructions = { $ref: 'dvm:instructions' } as const;

/** One program, or a plan of several phases. */
export const programSchema = {
  $id: 'dvm:program',
  type: 'object',
  required: ['kind', 'version', 'instructions'],
  additionalProperties: false,
  properties: { kind: { const: 'program' }, version: { const: 1 }, instructions },
} as const;

export const planSchema = {
  $id: 'dvm:plan',
  type: 'object',
  required: ['kind', 'version', 'phases', 'summary'],
  additionalProperties: false,
  properties: {
    kind: { const: 'plan' },
    version: { const: 1 },
    /** phase1: before the commit; phase2: after it; abort: undoes phase1. */
    phases: {
      type: 'object',
      required: ['phase1', 'phase2', 'abort'],
      additionalProperties: false,
      properties: {
        phase1: instructions,
        phase2: instructions,
        abort: instructions,
        /** Brings the devices of `checks` up, and takes them down. */
        check: instructions,
        uncheck: instructions,
      },
    },
    /**
     * Metadata of thin pools and caches to be checked before phase 1 (thin_check, cache_check); made from `repairFrom` first
     * (thin_repair, cache_repair) where that is. `name` is of the device that it belongs to.
     */
    checks: {
      type: 'array',
      items: {
        type: 'object',
        required: ['kind', 'name', 'device'],
        additionalProperties: false,
        properties: { kind: checkedKind, name: { type: 'string' }, device: dmText, repairFrom: dmText, transactions },
      },
    },
    /** Devices of others that clones which come up read from, to be looked at before phase 1; `size` in sectors. */
    sources: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'path', 'size'],
        additionalProperties: false,
        properties: { name: dmText, path: { type: 'string' }, size: positive },
      },
    },
    /** Of the devices that are new; absent when there is nothing to wipe. */
    wipe,
    /** What the plan does, by device name, for people and dry runs. */
    summary: {
      type: 'array',
      items: {
        type: 'object',
        required: ['action', 'name'],
        additionalProperties: false,
        properties: {
          action: { enum: ['create', 'remove', 'reload', 'rename', 'resume', 'clear'] },
          name: { type: 'string' },
          to: { type: 'string' },
        },
      },
    },
  },
} as const;

/** One executed instruction: its index, op, device and errno (0 = it worked). */
const step = {
  type: 'object',
  required: ['ip', 'op', 'errno'],
  additionalProperties: false,
  properties: {
    ip: count,
    op: { type: 'string' },
    name: { type: 'string' },
    errno: count,
    /** The errno's name: `EBUSY`. */
    error: { type: 'string' },
    microseconds: count,
    /** Not an instruction of the program: the machine resumed a device whose own resume had failed. */
    lastResort: { const: true },
  },
} as const;

export const resultSchema = {
  $id: 'dvm:result',
  type: 'object',
  required: ['kind', 'version', 'exit', 'result', 'trace'],
  additionalProperties: false,
  properties: {
    kind: { const: 'result' },
    version: { const: 1 },
    phase: { type: 'string' },
    exit: { type: 'integer', minimum: 0, maximum: 63 },
    /** The object that the program built. */
    result: { type: 'object' },
    trace: { type: 'array', items: step },
    /** Devices that the program suspended and that could not be resumed. Absent when there are none. */
    suspended: { type: 'array', items: { type: 'string' } },
  },
} as const;
