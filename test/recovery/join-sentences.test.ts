import { expect, test } from "@jest/globals";
import { joinSentences } from "../../src/recovery/index.js";

test("sentences are ended once, by their own mark where they have one", () => {
  expect(joinSentences("The ref is unknown; did you mean main?", "Check spec.notebook.git.ref")).toBe(
    "The ref is unknown; did you mean main? Check spec.notebook.git.ref",
  );
  expect(joinSentences("It failed", "Look", "Mend it.")).toBe("It failed. Look. Mend it.");
  expect(joinSentences("All 2 code cells ran.", "Nothing else")).toBe("All 2 code cells ran. Nothing else");
  expect(joinSentences("cut off…", "Read on")).toBe("cut off… Read on");
});

test("one sentence stays as it is, and nothing is made of nothing", () => {
  expect(joinSentences("Alone")).toBe("Alone");
  expect(joinSentences("", "Look", " ")).toBe("Look");
  expect(joinSentences()).toBe("");
});
