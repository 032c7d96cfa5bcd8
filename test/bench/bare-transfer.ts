import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** The least that a program does to bring a file to a registry and back: zstd, and one blob by HTTP. */

function ask(method: string, url: URL, body?: NodeJS.ReadableStream): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method,
      headers: body ? { 'content-type': 'application/octet-stream' } : { 'content-length': 0 },
    });
    sent.on('response', resolve).on('error', reject);
    if (body) pipeline(body, sent).catch(reject);
    else sent.end();
  });
}

/** The blob's digest. */
export async function bareSend(host: string, repository: string, path: string): Promise<string> {
  const begun = await ask('POST', new URL(`http://${host}/v2/${repository}/blobs/uploads/`));
  begun.resume();
  const zstd = spawn('zstd', ['-3', '-q', '-c', path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk, _, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const sent = await ask('PATCH', new URL(begun.headers.location ?? ''), zstd.stdout.pipe(hashing));
  sent.resume();
  const digest = `sha256:${hash.digest('hex')}`;
  const end = new URL(sent.headers.location ?? '');
  end.searchParams.set('digest', digest);
  const ended = await ask('PUT', end);
  ended.resume();
  if (ended.statusCode !== 201) throw new Error(`upload: status ${ended.statusCode}`);
  return digest;
}

export async function bareReceive(host: string, repository: string, digest: string, path: string): Promise<void> {
  const answer = await ask('GET', new URL(`http://${host}/v2/${repository}/blobs/${digest}`));
  const zstd = spawn('zstd', ['-d', '-q', '-f', '-o', path], { stdio: ['pipe', 'inherit', 'inherit'] });
  const gone = new Promise((done) => zstd.on('exit', done));
  await pipeline(answer, zstd.stdin);
  await gone;
}
