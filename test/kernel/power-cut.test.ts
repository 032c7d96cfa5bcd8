import { powerCuts } from '#test/support/power-cut/host.js';

powerCuts(3);
