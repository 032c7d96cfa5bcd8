import { withoutKeys } from '#dm/ioctl/redact.js';
import { assert, suite } from '#test/support/check.js';

const test = suite('keys in tables');
const shown = (type: string, args: string): string => withoutKeys({ type, size: 8, args }).args;

test('keys become zeros, references to the keyring stay', () => {
  assert.is(shown('crypt', 'aes-xts-plain64 00ff1Ab2 0 7:0 4096'), 'aes-xts-plain64 00000000 0 7:0 4096');
  assert.is(shown('crypt', 'aes-xts-plain64 :64:logon:k 0 7:0 0'), 'aes-xts-plain64 :64:logon:k 0 7:0 0');
  assert.is(
    shown('integrity', '7:0 0 32 J 2 internal_hash:hmac(sha256):c0de journal_mac:hmac(sha1):f00d block_size:512'),
    '7:0 0 32 J 2 internal_hash:hmac(sha256):0000 journal_mac:hmac(sha1):0000 block_size:512',
  );
  assert.is(shown('linear', '7:0 1234'), '7:0 1234');
});

test.run();
