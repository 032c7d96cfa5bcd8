import { readFileSync } from 'node:fs';
import { fail } from '#tool/errors.js';
import { runBounded } from '../process.js';

export interface User {
  name: string;
  uid: number;
  /** Of its own group. */
  gid: number;
  home: string;
}

/**
 * A user by name or number: from /etc/passwd, else from wherever the system has its users.
 *
 * @throws DvmError `no-user` (exit 80)
 */
export async function findUser(user: string | number): Promise<User> {
  const [name = '', , uid, gid, , home = '/'] = (await entry('passwd', String(user))) ?? [];
  if (uid === undefined || gid === undefined) {
    if (/^\d+$/.test(String(user))) return { name: String(user), uid: Number(user), gid: Number(user), home: '/' };
    throw fail('notFound', 'no-user', `user "${user}" is not known on this node`, {
      hint: 'bring it about before, and let this state require it',
    });
  }
  return { name, uid: Number(uid), gid: Number(gid), home };
}

/** The number of a group. @throws DvmError `no-group-of-users` (exit 80) */
export async function findGroup(group: string | number): Promise<number> {
  const gid = (await entry('group', String(group)))?.[2];
  if (gid !== undefined) return Number(gid);
  if (/^\d+$/.test(String(group))) return Number(group);
  throw fail('notFound', 'no-group-of-users', `group of users "${group}" is not known on this node`, {
    hint: 'bring it about before, and let this state require it',
  });
}

async function entry(table: 'passwd' | 'group', key: string): Promise<string[] | undefined> {
  const own = linesOf(table).find(([name, , number]) => name === key || number === key);
  if (own) return own;
  const { code, stdout } = await runBounded({ file: 'getent', args: ['--', table, key], timeout: 10_000 });
  return code === 0 ? stdout.toString().trimEnd().split(':') : undefined;
}

function linesOf(table: 'passwd' | 'group'): string[][] {
  return readFileSync(`/etc/${table}`, 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
}
