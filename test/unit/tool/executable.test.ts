import { assert, suite } from '#test/support/check.js';
import { chooseTool } from '#tool/executable.js';

const test = suite('executable');
const names = ['dvm', 'tm', 'report'];

test('the name it is called by chooses the tool, wherever the link is', () => {
  assert.equal(chooseTool('tm', ['read', 'vg'], names, 'dvm'), { name: 'tm', args: ['read', 'vg'] });
  assert.equal(chooseTool('/usr/sbin/tm', ['report', 'x'], names, 'dvm'), { name: 'tm', args: ['report', 'x'] });
  assert.equal(chooseTool('./report', [], names, 'dvm'), { name: 'report', args: [] });
});

test('under its own name or any other the first argument does', () => {
  for (const called of ['dvm', '/sbin/dvm', 'dvm-0.1', '']) {
    assert.equal(chooseTool(called, ['tm', 'read', 'vg'], names, 'dvm'), { name: 'tm', args: ['read', 'vg'] });
    assert.equal(chooseTool(called, ['dvm', 'tm'], names, 'dvm'), { name: 'dvm', args: ['tm'] });
  }
});

test('else it is the tool of its own name, with all arguments', () => {
  assert.equal(chooseTool('dvm', ['create', 'tm'], names, 'dvm'), { name: 'dvm', args: ['create', 'tm'] });
  assert.equal(chooseTool('other', [], names, 'dvm'), { name: 'dvm', args: [] });
  assert.equal(chooseTool('dvm', ['--trace', 'tm', 'list'], names, 'dvm').name, 'dvm');
});

test.run();
