/** One run of one tool, as `--trace DIR` logs it: docs/formats/trace.md. */
export const traceSchema = {
  $id: 'dvm:trace',
  type: 'object',
  required: ['kind', 'version', 'tool', 'argv', 'pid', 'started', 'time', 'milliseconds', 'exit'],
  additionalProperties: false,
  properties: {
    kind: { const: 'trace' },
    version: { const: 1 },
    tool: { type: 'string' },
    argv: { type: 'array', items: { type: 'string' } },
    pid: { type: 'integer', minimum: 0 },
    /** Nanoseconds of the monotonic clock at the start: orders the runs of one boot. */
    started: { type: 'string', pattern: '^[0-9]{20}$' },
    /** RFC 3339, for people. */
    time: { type: 'string' },
    milliseconds: { type: 'number', minimum: 0 },
    exit: { type: 'integer', minimum: 0, maximum: 255 },
    /** Documents as JSON, those of a stream as an array, anything else as text; absent when nothing was read or printed. */
    input: {},
    output: {},
    error: { type: 'object', properties: { message: { type: 'string' } } },
  },
} as const;
