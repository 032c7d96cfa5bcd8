import { loads } from '#test/support/under-load/cases.js';
import { deaths, underLoad } from '#test/support/under-load/run.js';

// each change at one point; at all of them in the long run
underLoad(loads.slice(0, 7), (n) => deaths.filter((_, i) => i === n % deaths.length));
