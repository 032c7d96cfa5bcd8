import type { Piece } from '../documents/documents.js';
import { type Node, textOf } from '../template/nodes.js';
import type { Argument } from './declaration.js';
import type { Draft } from './draft.js';
import type { Problems } from './problems.js';

type Common = Pick<Piece, 'failhard' | 'retry' | 'timeout' | 'unless' | 'onlyif' | 'creates'>;
type Json = ReturnType<ToJson>;
type ToJson = (node: Node) => Piece['args'][string];

/** What a draft says that means the same for every module. @param json makes JSON of a node, references resolved */
export function commonArguments(draft: Draft, json: ToJson, problems: Problems): Common {
  const read = <T>(key: string, wanted: string, parse: (node: Node) => T | undefined): T | undefined => {
    const argument = draft.args.get(key);
    const value = argument && parse(argument.value);
    if (argument && value === undefined) wrong(draft, key, argument, wanted, problems);
    return value;
  };
  const flag = (key: string) =>
    read(key, 'true or false', (n) => (n.kind === 'scalar' && typeof n.value === 'boolean' ? n.value : undefined));
  const commands = (key: string) => read(key, 'a command or a list of commands', (n) => commandsOf(n, json));
  const retry = read('retry', 'true, or a map of attempts, interval, until, splay', retryOf);
  const timeout = read('timeout', 'a number of seconds', seconds);
  const [unless, onlyif] = [commands('unless'), commands('onlyif')];
  const creates = read('creates', 'an absolute path or a list of them', pathsOf);
  return {
    ...(flag('failhard') && { failhard: true as const }),
    ...(retry && { retry }),
    ...(timeout !== undefined && { timeout }),
    ...(unless && { unless }),
    ...(onlyif && { onlyif }),
    ...(creates && { creates }),
  };
}

function wrong({ id }: Draft, key: string, { at }: Argument, wanted: string, problems: Problems): void {
  problems.add(at, 'bad-argument', `"${key}" of "${id}" is not ${wanted}`, `give it ${wanted}`);
}

function seconds(node: Node | undefined): number | undefined {
  const value = node?.kind === 'scalar' ? node.value : undefined;
  return typeof value === 'number' && value >= 0 && value <= 1e9 ? value : undefined;
}

/** `retry: true` has the usual numbers, as has what a map leaves out. */
function retryOf(node: Node): NonNullable<Common['retry']> | false | undefined {
  const usual = { attempts: 2, interval: 30, until: true };
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value && usual;
  const given = retryEntries(node);
  if (!given || Object.keys(given).some((key) => !['attempts', 'interval', 'until', 'splay'].includes(key))) return undefined;
  const number = (key: string, otherwise: number) => (given[key] ? seconds(given[key]) : otherwise);
  const [attempts, interval, splay] = [
    number('attempts', usual.attempts),
    number('interval', usual.interval),
    number('splay', 0),
  ];
  const until = given.until?.kind === 'scalar' ? given.until.value : usual.until;
  if (interval === undefined || splay === undefined || typeof until !== 'boolean') return undefined;
  if (attempts === undefined || !Number.isInteger(attempts) || attempts < 1 || attempts > 10_000) return undefined;
  return { attempts, interval, until, ...(splay > 0 && { splay }) };
}

/** As a map, or as a list of maps of one key each. */
function retryEntries(node: Node): Record<string, Node | undefined> | undefined {
  const maps = node.kind === 'list' ? node.items : [node];
  const entries = maps.map((map) => (map.kind === 'map' ? map.entries : undefined));
  if (entries.includes(undefined)) return undefined;
  return Object.fromEntries(entries.flatMap((e) => e ?? []).map((e) => [e.key, e.value]));
}

function commandsOf(node: Node, json: ToJson): NonNullable<Common['unless']> | undefined {
  const items = node.kind === 'list' ? node.items : [node];
  const commands = items.map((item) => commandOf(item, json));
  return commands.includes(undefined) ? undefined : commands.flatMap((c) => (c === undefined ? [] : [c]));
}

function commandOf(node: Node, json: ToJson): NonNullable<Common['unless']>[number] | undefined {
  if (node.kind === 'runtime') return json(node) as { [key: string]: Json };
  if (node.kind === 'scalar')
    return typeof node.value === 'string' || typeof node.value === 'boolean' ? String(node.value) : undefined;
  if (node.kind === 'map' || node.items.length === 0) return undefined;
  const words = node.items.map((item) => (item.kind === 'runtime' ? (json(item) as { [key: string]: Json }) : textOf(item)));
  return words.includes(undefined) ? undefined : words.flatMap((w) => (w === undefined ? [] : [w]));
}

function pathsOf(node: Node): string[] | undefined {
  const paths = (node.kind === 'list' ? node.items : [node]).map(textOf);
  return paths.every((p) => p?.startsWith('/') && p.length <= 4096 && !p.includes('\0')) ? paths.map(String) : undefined;
}
