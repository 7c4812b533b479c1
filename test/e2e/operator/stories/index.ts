import type { World } from "../world.js";
import { tellOfAdmission } from "./admission.js";
import { tellOfChecks } from "./checks.js";
import { tellOfCrashes } from "./crashes.js";
import { tellOfHonesty } from "./honesty.js";
import { tellOfLifeCycles } from "./life-cycles.js";
import { tellOfManyJobs } from "./many-jobs.js";
import { tellOfMetrics } from "./metrics.js";
import { tellOfPermissions } from "./permissions.js";
import { tellOfPrivateRepositories } from "./private-repositories.js";
import { tellOfPushes } from "./pushes.js";
import { tellOfReports } from "./reports.js";
import { tellOfTroubles } from "./troubles.js";
import { tellOfVerdicts } from "./verdicts.js";
import { tellOfWaiting } from "./waiting.js";

/** All stories that every world can show, in an order whose last one looks back at the others. */
export function tellStories(world: () => World): void {
  tellOfAdmission(world);
  tellOfVerdicts(world);
  tellOfReports(world);
  tellOfChecks(world);
  tellOfPrivateRepositories(world);
  tellOfHonesty(world);
  tellOfTroubles(world);
  tellOfWaiting(world);
  tellOfLifeCycles(world);
  tellOfPushes(world);
  tellOfManyJobs(world);
  tellOfMetrics(world);
  tellOfCrashes(world);
  tellOfPermissions(world);
}
