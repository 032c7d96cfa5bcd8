import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '#test/support/check.js';
import { env, fetched, Repo, refused, root } from '#test/support/git-repo.js';

/** Commits signed by real keys, of ssh and of gpg. */
const test = suite('signatures of states');

test('signatures of ssh: by whom the file names, of what was signed', async () => {
  const repo = new Repo();
  const key = (name: string) => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(root, name)]);
    return readFileSync(join(root, `${name}.pub`), 'utf8');
  };
  const signers = join(root, 'signers');
  writeFileSync(signers, `ops@example.org ${key('ops')}`);
  key('stranger');
  const sign = (name: string) => ['-c', 'gpg.format=ssh', '-c', `user.signingkey=${join(root, name)}`];
  const policy = { kind: 'ssh', signers } as const;
  repo.commit({ 'a.yaml': '{}' });
  assert.match(
    await refused([`${repo.path}#main`], { policy }),
    /^77 bad-signature: commit .* has no good signature: it is not signed/,
  );
  repo.git(...sign('ops'), 'commit', '-q', '--allow-empty', '-S', '-m', 'signed');
  const [got] = await fetched([`${repo.path}#main`], { policy });
  assert.is(`${got?.signature.policy} ${got?.signature.verdict} ${got?.signature.signer}`, 'ssh good ops@example.org');
  assert.match(got?.signature.key ?? '', /^SHA256:/);
  const good = repo.git('cat-file', 'commit', 'HEAD');
  repo.git(...sign('stranger'), 'commit', '-q', '--allow-empty', '-S', '-m', 'not ours');
  assert.match(await refused([`${repo.path}#main`], { policy }), /^77 bad-signature/);
  const forged = execFileSync('git', ['-C', repo.path, 'hash-object', '-t', 'commit', '-w', '--stdin'], {
    env,
    input: `${good}\nand more\n`,
    encoding: 'utf8',
  }).trim();
  repo.git('update-ref', 'refs/heads/forged', forged);
  assert.match(await refused([`${repo.path}#forged`], { policy }), /^77 bad-signature/);
  assert.match(await refused([repo.path], { policy }), /^77 bad-signature: directory ".*" is signed by nobody/);
});

test('signatures of gpg: by keys of the given home; the other kind counts for nothing', async () => {
  const repo = new Repo();
  const home = join(root, 'gnupg');
  mkdirSync(home, { mode: 0o700 });
  execFileSync(
    'gpg',
    [
      '--homedir',
      home,
      '--batch',
      '--quiet',
      '--passphrase',
      '',
      '--quick-generate-key',
      'Ops <ops@example.org>',
      'ed25519',
      'sign',
      'never',
    ],
    { env, stdio: 'ignore' },
  );
  execFileSync(
    'git',
    ['-C', repo.path, '-c', 'user.signingkey=ops@example.org', 'commit', '-q', '--allow-empty', '-S', '-m', 'x'],
    { env: { ...env, GNUPGHOME: home }, stdio: 'ignore' },
  );
  const [got] = await fetched([`${repo.path}#main`], { policy: { kind: 'gpg', home } });
  assert.is(`${got?.signature.verdict} ${got?.signature.signer}`, 'good Ops <ops@example.org>');
  const empty = join(root, 'empty');
  mkdirSync(empty, { mode: 0o700 });
  assert.match(await refused([`${repo.path}#main`], { policy: { kind: 'gpg', home: empty } }), /^77 bad-signature/);
  assert.match(
    await refused([`${repo.path}#main`], { policy: { kind: 'ssh', signers: join(root, 'signers') } }),
    /^77 bad-signature/,
  );
  execFileSync('gpgconf', ['--homedir', home, '--kill', 'gpg-agent'], { env, stdio: 'ignore' });
});

test.run();
