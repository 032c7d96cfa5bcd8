import { spawn } from 'node:child_process';
import { defaultKernel } from '#test/sandbox/options.js';

/** Boots a kernel with an initramfs, which is not what a sandbox does; its console, up to its end. */
export async function bootInitramfs(
  initrd: string,
  dir: string,
  disks: readonly string[],
  more: readonly string[] = [],
): Promise<string> {
  const words = [
    ...['umid=boot', `uml_dir=${dir}`, 'mem=1200M', `initrd=${initrd}`, ...disks.map((d, i) => `ubd${i}=${d}`)],
    ...[...more, 'quiet', 'con=null', 'con0=null,fd:1', 'console=tty0', 'lpj=10000000', 'pty.legacy_count=0'],
  ];
  const guest = spawn('taskset', ['-c', '0', defaultKernel.path, ...words], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { TMPDIR: dir },
  });
  const chunks: Buffer[] = [];
  guest.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const limit = setTimeout(end, 240_000);
  function end(): void {
    try {
      process.kill(-(guest.pid as number), 'SIGKILL');
    } catch {
      // it has gone
    }
  }
  await new Promise((done) => guest.on('close', done));
  clearTimeout(limit);
  end();
  return Buffer.concat(chunks).toString().replaceAll('\r', '');
}
