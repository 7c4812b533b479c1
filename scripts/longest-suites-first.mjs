import { sep } from "node:path";
import TestSequencer from "@jest/test-sequencer";

/** Suites that take minutes, most of them waiting, on files so short that Jest would begin them last. */
const LONG = ["test/e2e/operator/", "test/operator/chaos/"].map((part) => part.replaceAll("/", sep));

/** Jest's own order (what failed, then what took longest, then the largest files), with the longest suites before all others. */
export default class LongestSuitesFirst extends TestSequencer {
  sort(tests) {
    const rank = ({ path }) => LONG.findIndex((part) => path.includes(part)) + 1 || LONG.length + 1;
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
}
