import type { NodeWorld } from "../../node-world.js";
import { tellOfCopiesOfTheSource } from "./copies-of-the-source.js";
import { tellOfDeadLetters } from "./dead-letters.js";
import { tellOfExhaustedBuilds } from "./exhausted-builds.js";
import { tellOfLostImages } from "./lost-images.js";
import { tellOfMoreMemory } from "./more-memory.js";
import { tellOfPushedBranches } from "./pushed-branches.js";
import { tellOfRunsThatWait } from "./runs-that-wait.js";

/** Runs that go on by themselves. */
export function tellOfRecovery(world: () => NodeWorld): void {
  tellOfRunsThatWait(world);
  tellOfMoreMemory(world);
  tellOfPushedBranches(world);
  tellOfLostImages(world);
  tellOfExhaustedBuilds(world);
  tellOfCopiesOfTheSource(world);
  tellOfDeadLetters(world);
}
