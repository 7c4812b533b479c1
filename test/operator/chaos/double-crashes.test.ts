// An operator that is killed, and whose successor is killed as well.
import { sweepTwice } from "./crash-points.js";
import { BUILDING, PLAIN, RECOVERING } from "./scenarios.js";
import { testSweeps } from "./sweeps.js";

testSweeps("double crashes", [...PLAIN, ...BUILDING, ...RECOVERING], sweepTwice);
