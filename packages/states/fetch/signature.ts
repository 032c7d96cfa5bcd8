import { fail } from '#tool/errors.js';
import type { Repository } from '../documents/documents.js';
import { git } from './git.js';
import type { Mirror } from './mirror.js';

/** Who has to have signed the commits that states are taken from. */
export type Policy =
  | { kind: 'none' }
  /** Absolute path of a file as ssh-keygen(1) has it, ALLOWED SIGNERS. */
  | { kind: 'ssh'; signers: string }
  /** Absolute path of a home of gpg, which holds the keys that are trusted and no others. */
  | { kind: 'gpg'; home: string };

/**
 * Holds a commit to the policy.
 *
 * @throws DvmError `bad-signature` (exit 77)
 */
export async function verify(name: string, { directory, commit }: Mirror, policy: Policy): Promise<Repository['signature']> {
  if (policy.kind === 'none') return { policy: 'none', verdict: 'unchecked' };
  const ran = await git(directory, ['verify-commit', '--raw', commit], callOf(policy));
  const told = ran.stderr.toString();
  const found = ran.code === 0 ? (policy.kind === 'ssh' ? sshSigner(told) : gpgSigner(told)) : undefined;
  if (found) return { policy: policy.kind, verdict: 'good', ...found };
  const why = told.trim().split('\n').at(-1) || 'it is not signed';
  throw fail(
    'permission',
    'bad-signature',
    `commit ${commit} of repository "${name}" has no good signature: ${why.slice(0, 300)}`,
    {
      hint: 'have it signed by somebody who is trusted, or add the key that did',
    },
  );
}

/** Which kind of signature is checked is the commit's choice, so the other kind is checked against nobody. */
function callOf(policy: Exclude<Policy, { kind: 'none' }>) {
  const settings = {
    'gpg.ssh.allowedSignersFile': policy.kind === 'ssh' ? policy.signers : '/dev/null',
    'gpg.ssh.program': 'ssh-keygen',
    'gpg.ssh.revocationFile': '',
    'gpg.program': 'gpg',
    'gpg.openpgp.program': 'gpg',
    'gpg.x509.program': '/bin/false',
    'gpg.minTrustLevel': 'undefined',
  };
  return { settings, env: { GNUPGHOME: policy.kind === 'gpg' ? policy.home : '/nonexistent' } };
}

function sshSigner(told: string) {
  const found = /^Good "git" signature for (.+) with \S+ key (SHA256:\S+)$/m.exec(told);
  return found?.[1] && found[2] ? { signer: found[1], key: found[2] } : undefined;
}

/** Lines of gpg's DETAILS. A key that has expired or was revoked gives other words than GOODSIG. */
function gpgSigner(told: string) {
  const signer = /^\[GNUPG:\] GOODSIG \S+ (.+)$/m.exec(told)?.[1];
  const key = /^\[GNUPG:\] VALIDSIG ([0-9A-F]+)/m.exec(told)?.[1];
  return signer && key && !/^\[GNUPG:\] (BADSIG|ERRSIG|EXPSIG|EXPKEYSIG|REVKEYSIG)/m.test(told) ? { signer, key } : undefined;
}
