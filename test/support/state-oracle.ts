import type { Piece, StatePlan } from '#states/documents/documents.js';
import { nameOf } from './state-plan.js';
import type { Script } from './state-script.js';

interface End {
  text: string;
  failed: boolean;
  changed: boolean;
  ran: boolean;
}

/**
 * How every piece ends, worked out from the rules by plain recursion, without order, steps or events: written a second time to
 * hold the machine against. Knows nothing of failhard and listen.
 */
export function oracle(plan: StatePlan, script: Script): Record<string, string> {
  const known = new Map<string, End>();
  const pieces = Object.values(plan.pieces);
  const of = (key: string): End => {
    const end = known.get(key) ?? endOf(plan.pieces[key] as Piece);
    known.set(key, end);
    return end;
  };

  function endOf(piece: Piece): End {
    return failedBy(piece) ?? failedByAny(piece) ?? failedBefore(piece) ?? unprepared(piece) ?? leftOut(piece) ?? ran(piece);
  }

  function failedBy({ requisites }: Piece): End | undefined {
    for (const kind of ['require', 'watch', 'output', 'onchanges'] as const)
      for (const t of requisites[kind] ?? []) if (of(t).failed) return left('failed', kind, t);
    return undefined;
  }

  function failedByAny({ requisites }: Piece): End | undefined {
    for (const kind of ['require_any', 'watch_any'] as const) {
      const targets = requisites[kind] ?? [];
      if (targets.length > 0 && !targets.some((t) => !of(t).failed && of(t).ran))
        return left('failed', kind, targets.find((t) => of(t).failed) ?? (targets[0] as string));
    }
    const any = requisites.onchanges_any ?? [];
    const bad = any.find((t) => of(t).failed);
    return bad !== undefined && !any.some((t) => of(t).changed) ? left('failed', 'onchanges_any', bad) : undefined;
  }

  function failedBefore({ key }: Piece): End | undefined {
    const before = pieces.find((p) => p.requisites.prereq?.includes(key) && of(p.key).failed);
    return before && left('failed', 'prereq', before.key);
  }

  function unprepared({ key, requisites: { prereq = [] } }: Piece): End | undefined {
    const verdicts = prereq.map((t) => verdict(t, [key]));
    const at = verdicts.indexOf('failed');
    if (at >= 0) return left('failed', 'prereq', prereq[at] as string);
    return prereq.length > 0 && !verdicts.includes('changes') ? left('skipped', 'prereq', prereq[0] as string) : undefined;
  }

  function leftOut({ requisites }: Piece): End | undefined {
    const { onfail_all = [] } = requisites;
    for (const kind of ['onfail', 'onfail_any'] as const) {
      const [first, ...more] = requisites[kind] ?? [];
      if (first !== undefined && [first, ...more].every((t) => !of(t).failed)) return left('skipped', kind, first);
    }
    const fine = onfail_all.find((t) => !of(t).failed);
    if (fine !== undefined) return left('skipped', 'onfail_all', fine);
    for (const kind of ['onchanges', 'onchanges_any'] as const) {
      const [first, ...more] = requisites[kind] ?? [];
      if (first !== undefined && [first, ...more].every((t) => !of(t).changed)) return left('skipped', kind, first);
    }
    return undefined;
  }

  /** Whether a piece would change; of what refers to those that ask (`chain`) only its module can say. */
  function verdict(key: string, chain: readonly string[]): 'changes' | 'same' | 'failed' {
    const piece = plan.pieces[key] as Piece;
    const { prereq = [], listen: _, ...rest } = piece.requisites;
    const isOpen = Object.values(rest).some((targets) => targets.some((t) => chain.includes(t)));
    if (!isOpen && (failedBy(piece) ?? failedByAny(piece) ?? leftOut(piece))) return 'same';
    const inner = prereq.map((t) => verdict(t, [...chain, key]));
    if (inner.length > 0 && inner.every((v) => v === 'same')) return 'same';
    return ({ ok: 'same', skipped: 'same', changed: 'changes', failed: 'failed' } as const)[script[nameOf(key)] ?? 'changed'];
  }

  function ran(piece: Piece): End {
    const { watch = [], watch_any = [] } = piece.requisites;
    const said = script[nameOf(piece.key)] ?? 'changed';
    const acted = said === 'ok' && [...watch, ...watch_any].some((t) => of(t).changed);
    const text = acted ? 'watched' : said === 'ok' ? 'succeeded' : said;
    return { text, failed: said === 'failed', changed: acted || said === 'changed', ran: true };
  }

  return Object.fromEntries(pieces.map((p) => [nameOf(p.key), of(p.key).text]));
}

function left(result: 'failed' | 'skipped', by: string, piece: string): End {
  return { text: `${result} ${by} ${nameOf(piece)}`, failed: result === 'failed', changed: false, ran: false };
}
