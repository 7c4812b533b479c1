// An operator that is killed at any single call.
import { sweep } from "./crash-points.js";
import { BUILDING } from "./scenarios.js";
import { testSweeps } from "./sweeps.js";

testSweeps("crash points", BUILDING, sweep);
