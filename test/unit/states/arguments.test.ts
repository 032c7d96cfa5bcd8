import { type ArgumentSchema, argumentProblems } from '#states/modules/arguments.js';
import { assert, suite } from '#test/support/check.js';

const test = suite('arguments of states');

const schema: ArgumentSchema = {
  type: 'object',
  required: ['mode'],
  additionalProperties: false,
  properties: {
    mode: { type: 'string', pattern: '^[0-7]{3,4}$', maxLength: 4 },
    lines: { type: 'array', items: { type: ['string', 'integer'] }, minItems: 1 },
    count: { type: 'integer', minimum: 1, maximum: 9 },
    kind: { enum: ['a', 'b'] },
    env: { type: 'object', additionalProperties: { type: 'string', minLength: 1 } },
    on: { type: 'boolean' },
  },
};

const told = (value: unknown): string[] =>
  argumentProblems(schema, value).map(({ path, message, hint }) => [path, message, ...(hint ? [`(${hint})`] : [])].join(' '));

test('what is right is right, also what is known only at run time', () => {
  assert.equal(told({ mode: '0644', lines: ['x', 1], count: 3, kind: 'a', env: { A: 'b' }, on: true }), []);
  assert.equal(told({ mode: { $output: { piece: 'x', path: [] } }, lines: [{ $secret: 'x' }] }), []);
});

test('everything that is wrong is told at once, with its place and what would mend it', () => {
  assert.equal(told({ moed: '0644', zzzzzz: 1 }), [
    'mode is missing',
    'moed is not known (did you mean "mode")',
    'zzzzzz is not known (known are mode, lines, count, kind, env, on)',
  ]);
  assert.equal(told({ mode: 644, lines: [], count: 10, kind: 'c', env: { A: '', B: 1 }, on: 'yes' }), [
    'mode is a whole number, not text',
    'lines has 0 entries, 1 needed',
    'count is 10, above 9',
    'kind is "c", not one of a, b',
    'env/A is empty',
    'env/B is a whole number, not text',
    'on is text, not true or false',
  ]);
  assert.equal(told({ mode: '9', count: 0, lines: [true] }), [
    'mode is "9", which does not match ^[0-7]{3,4}$',
    'count is 0, below 1',
    'lines/0 is true or false, not text or a whole number',
  ]);
  assert.equal(told({ mode: '06440' }), ['mode is longer than 4']);
  assert.equal(told(null), [' is nothing, not a map']);
  assert.equal(argumentProblems({ type: 'string', minLength: 3 }, 'ab', 'x')[0]?.message, 'is shorter than 3');
});

test.run();
