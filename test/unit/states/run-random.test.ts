import type { Piece, RequisiteKind, StatePlan } from '#states/documents/documents.js';
import { assert, suite } from '#test/support/check.js';
import { oracle } from '#test/support/state-oracle.js';
import { piece, planOf } from '#test/support/state-plan.js';
import { type Played, play, type Script } from '#test/support/state-script.js';
import { Random } from '#tool/random.js';

const test = suite('random plans');

const kinds: RequisiteKind[] = [
  ...(['require', 'require_any', 'watch', 'watch_any', 'onchanges', 'onchanges_any'] as const),
  ...(['onfail', 'onfail_any', 'onfail_all', 'output', 'listen'] as const),
];

/** Pieces refer to earlier ones, and some come before a later one as its prereq. */
function randomPlan(random: Random): { plan: StatePlan; script: Script } {
  const names = Array.from({ length: 1 + random.below(12) }, (_, i) => `p${i}`);
  const pieces = names.map((name, i) => {
    const requisites: Record<string, string[]> = {};
    for (let n = random.below(3); n > 0 && i > 0; n--) {
      const targets = Array.from({ length: 1 + random.below(3) }, () => names[random.below(i)] as string);
      requisites[random.pick(kinds)] = [...new Set(targets)];
    }
    if (random.chance(0.15) && i + 1 < names.length) requisites.prereq = [names[i + 1] as string];
    return piece(name, requisites);
  });
  const ends = ['ok', 'changed', 'failed', 'skipped'] as const;
  const script = Object.fromEntries(names.map((name) => [name, random.pick(ends)]));
  return { plan: planOf(pieces), script };
}

/** Whoever names a piece begins after it has been begun or decided; A prereq B begins before B. */
function misordered({ plan }: { plan: StatePlan }, { events }: Played): string[] {
  const at = new Map(events.map((event, i) => [event, i]));
  const begun = (p: string): number | undefined => at.get(`start ${p}`);
  const name = (key: string): string => key.split(':').at(-1) ?? '';
  return Object.values(plan.pieces).flatMap((p: Piece) =>
    Object.entries(p.requisites).flatMap(([kind, targets]) =>
      targets
        .filter((t) => {
          const [own = Number.NaN, other = Number.NaN] = [begun(name(p.key)), begun(name(t))];
          return kind === 'listen' ? false : kind === 'prereq' ? own > other : other > own;
        })
        .map((t) => `${p.id} ${kind} ${name(t)}`),
    ),
  );
}

test('the machine ends every piece as a second implementation says, whatever ends first', () => {
  const seed = Number(process.env.DVM_SEED ?? 1);
  for (let round = 0; round < 3000; round++) {
    const random = new Random(seed * 100_000 + round);
    const made = randomPlan(random);
    const played = play(made.plan, made.script, 1 + random.below(5), (count) => random.below(count));
    const replay = `DVM_SEED=${seed}, round ${round}: ${JSON.stringify(made)}`;
    assert.equal(played.ends, oracle(made.plan, made.script), replay);
    assert.equal(misordered(made, played), [], replay);
  }
});

test.run();
