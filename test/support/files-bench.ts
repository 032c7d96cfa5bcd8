import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { tool as discover } from '#discover/commands/discover.js';
import { tool } from '#dvm/commands/dvm.js';
import { inVerbs } from '#dvm/hints.js';
import type { Pipeline } from '#pipeline/pipeline.js';
import { runPipelines } from '#pipeline/runner.js';
import { newest, parseSlot, type Superblock } from '#replicator/format/superblock.js';
import type { Verification } from '#tm/verify.js';
import type { Tool } from '#tool/command.js';
import { invoke, outputDocument } from '#tool/invoke.js';
import { type Document, lastOf } from './guest.js';
import { image, inTmp } from './loop.js';

const SIZE = 32 << 20;
const BLOCK = 4096;
/** Other tests label devices of this machine at the same time. */
const wait = ['--wait', '60'];
/** Where `discover add` puts a region, in bytes. */
export const REGION_AT = 1 << 20;

/** Image files that dvm, as people call it, finds groups on. Some of them may be away. Device-mapper is left alone. */
export class Files {
  readonly paths: readonly string[];
  readonly #config: string;

  private constructor(dir: string, count: number) {
    this.paths = Array.from({ length: count }, (_, i) => image(join(dir, `disk${i}`), SIZE));
    this.#config = join(dir, 'config.json');
    this.there(...this.paths.keys());
  }

  static with(count: number, work: (files: Files) => Promise<void>): Promise<void> {
    return inTmp((dir) => work(new Files(dir, count)));
  }

  /** Only these are found from now on. */
  there(...numbers: number[]): void {
    const files = numbers.map((i) => this.path(i));
    const config = { kind: 'config', version: 1, discover: { files, reject: ['^/dev/'] } };
    writeFileSync(this.#config, JSON.stringify(config), { mode: 0o600 });
  }

  path(number: number): string {
    return this.paths[number] ?? '';
  }

  /** What a verb that changes something prints. */
  async change(...words: string[]): Promise<Document> {
    return (await this.dvm(...words, '--no-activate', ...wait)).document;
  }

  /** What a verb that looks prints. */
  dvm(...words: string[]): Promise<{ document: Document; exitCode: number }> {
    return this.run(tool, [...words, '--json']);
  }

  discover(...words: string[]): Promise<{ document: Document; exitCode: number }> {
    return this.run(discover, [...words, ...wait]);
  }

  async verified(...words: string[]): Promise<Verification & { exitCode: number }> {
    const { document, exitCode } = await this.dvm('verify', 'vg', ...words);
    return { ...document, exitCode };
  }

  /** Types what a hint or remedy says at its end. */
  async follow(text: string | undefined): Promise<Document> {
    const [, verb] = /dvm ((?:recover|remove|reduce) .*)$/.exec(inVerbs(text ?? '')) ?? [];
    if (verb === undefined) throw new Error(`no command to follow: ${text}`);
    return this.change(...verb.split(' '));
  }

  /** The group as `tm read` prints it. */
  async group(...words: string[]): Promise<Document> {
    const options = { configPath: this.#config, trace: undefined, note: () => {} };
    const pipeline: Pipeline = [
      ['discover', 'vg'],
      ['tm', 'read', 'vg', ...words],
    ];
    for await (const { output } of runPipelines([pipeline], options)) return outputDocument(output);
  }

  async volumes(): Promise<string[]> {
    const document = await this.group();
    return Object.values<Document>(document.metadata.lvs)
      .map((lv) => lv.name)
      .sort();
  }

  content(number: number): Buffer {
    return readFileSync(this.path(number));
  }

  put(number: number, content: Buffer): void {
    writeFileSync(this.path(number), content);
  }

  /** The superblock of a device's region that counts. */
  superblock(number: number): Superblock {
    const content = this.content(number);
    const region = { path: this.path(number), start: REGION_AT / 512, length: 8192 };
    const slot = (i: 0 | 1) => parseSlot(content.subarray(REGION_AT + i * BLOCK, REGION_AT + (i + 1) * BLOCK), i, region);
    const found = newest([slot(0), slot(1)]);
    if (!found) throw new Error(`device ${number} has no superblock`);
    return found;
  }

  /** Spoils some bytes of 4 KiB blocks of a device's region; blocks 0 and 1 are its superblocks. */
  spoil(number: number, ...blocks: number[]): void {
    const fd = openSync(this.path(number), 'r+');
    for (const block of blocks) writeSync(fd, Buffer.alloc(20, 0xee), 0, 20, REGION_AT + block * BLOCK + 100);
    closeSync(fd);
  }

  async run(program: Tool, words: string[]): Promise<{ document: Document; exitCode: number }> {
    const readInput = async () => Buffer.alloc(0);
    const { output, exitCode } = await invoke(program, ['-c', this.#config, ...words], { readInput, note: () => {} });
    return { document: await lastOf(outputDocument(output)), exitCode };
  }
}
