import { count, positive } from '#documents/common.schema.js';
import { deviceRange } from '#documents/regions.schema.js';

/** Names and uuids as the kernel holds them (encoded), at most 127 bytes. */
const dmText = { type: 'string', minLength: 1, maxLength: 127, pattern: '^[^\\0/]+$' } as const;
const uuid = { type: 'string', maxLength: 128, pattern: '^[^\\0]*$' } as const;
const dev = { type: 'string', pattern: '^\\d+:\\d+$' } as const;

/** What the kernel reads up to the first NUL. */
const text = { type: 'string', maxLength: 65536, pattern: '^[^\\0]*$' } as const;

/**
 * One row of a table. `size` in sectors; the start is the running sum. In `args` a word `@NAME` stands for
 * the `major:minor` of the device-mapper device of that name, put in when the table is loaded.
 */
export const target = {
  type: 'object',
  required: ['type', 'size', 'args'],
  additionalProperties: false,
  properties: {
    type: { type: 'string', pattern: '^[a-z0-9_-]{1,15}$' },
    size: positive,
    args: text,
  },
} as const;
const targets = { type: 'array', items: target } as const;
/** What is to be zeroed before new devices come up, so that nothing old is found on them. */
const wipe = { type: 'array', items: deviceRange } as const;

/**
 * What a thin pool is to be told, group after group: the pool's transaction id goes from `from` to `to` when all
 * messages of a group have been taken. A pool at the last `to` has been told everything; one at an id that no group
 * names is not the pool that the document is about. A group without messages only says which id the pool has.
 */
const poolMessages = {
  type: 'array',
  minItems: 1,
  items: {
    type: 'object',
    required: ['from', 'to', 'messages'],
    additionalProperties: false,
    properties: {
      from: count,
      to: count,
      messages: {
        type: 'array',
        items: {
          type: 'object',
          required: ['text'],
          additionalProperties: false,
          properties: {
            /** `create_thin ID`, `create_snap ID ORIGIN`, `delete ID`. */
            text: { type: 'string', pattern: '^(create_thin|delete) \\d{1,8}$|^create_snap \\d{1,8} \\d{1,8}$' },
            /** The uuid of the device whose writes have to rest meanwhile, if it is active. */
            suspend: uuid,
          },
        },
      },
      /** May have been begun before, so that devices may be there, or be gone, already. */
      replay: { const: true },
    },
  },
} as const;

export const desiredSchema = {
  $id: 'dvm:desired',
  type: 'object',
  required: ['kind', 'version', 'scope', 'devices'],
  additionalProperties: false,
  properties: {
    kind: { const: 'desired' },
    version: { const: 1 },
    /** Only devices whose uuid starts with this are ever touched, e.g. `DVM-<group id>`. */
    scope: { type: 'string', pattern: '^DVM-[A-Za-z0-9-]+$' },
    /** By uuid. */
    devices: {
      type: 'object',
      propertyNames: uuid,
      additionalProperties: {
        type: 'object',
        required: ['name', 'targets'],
        additionalProperties: false,
        properties: {
          name: dmText,
          targets: { ...targets, minItems: 1 },
          readOnly: { const: true },
          /** A layer of another device: no links, no scan by udev. */
          hidden: { const: true },
          /** New and not yet wiped: udev must not scan it. */
          noScan: { const: true },
          /** Where its ends lie, if it is new and to be wiped. */
          wipe,
          /** Thin pools. */
          messages: poolMessages,
        },
      },
    },
    /** Thin pools whose metadata is made anew: read `from` one place, written `to` another, before anything else. */
    repairs: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pool', 'name', 'from', 'to'],
        additionalProperties: false,
        properties: { pool: uuid, name: dmText, from: { ...targets, minItems: 1 }, to: { ...targets, minItems: 1 } },
      },
    },
  },
} as const;

export const currentSchema = {
  $id: 'dvm:current',
  type: 'object',
  required: ['kind', 'version', 'devices'],
  additionalProperties: false,
  properties: {
    kind: { const: 'current' },
    version: { const: 1 },
    /** By name; every device-mapper device, foreign ones too. */
    devices: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['uuid', 'dev', 'openCount', 'suspended', 'readOnly', 'inactive', 'targets', 'deps'],
        additionalProperties: false,
        properties: {
          uuid,
          dev,
          openCount: count,
          suspended: { type: 'boolean' },
          readOnly: { type: 'boolean' },
          /** An inactive table is loaded. */
          inactive: { type: 'boolean' },
          /** The live table; empty when there is none. Devices in `args` as `major:minor`. */
          targets,
          /** `major:minor` of what the live table uses. */
          deps: { type: 'array', items: dev },
          eventNr: count,
          /** What each row reports, where a target is one that changes by itself (dump.ts). */
          status: { type: 'array', items: { type: 'string' } },
        },
      },
    },
  },
} as const;

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
    op('create', { id: deviceId }, ['id']),
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
    /** Metadata of thin pools to be checked (thin_check) before phase 1; made from `repairFrom` first (thin_repair) where that is. */
    checks: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pool', 'device'],
        additionalProperties: false,
        properties: { pool: { type: 'string' }, device: dmText, repairFrom: dmText },
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
