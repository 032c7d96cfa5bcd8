import { loads } from '#test/support/under-load/cases.js';
import { deaths, underLoad } from '#test/support/under-load/run.js';

underLoad(loads, () => deaths);
