// An operator that is killed at any single call.
import { sweep } from "./crash-points.js";
import { RECOVERING } from "./scenarios.js";
import { testSweeps } from "./sweeps.js";

testSweeps("crash points", RECOVERING, sweep);
