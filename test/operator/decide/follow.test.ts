import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { NotebookValidationJobSpec, toRfc3339, toRfc3339Millis } from "../../../src/api/index.js";
import { branchMove, followedBranches } from "../../../src/operator/decide/follow.js";
import type { JobStatus } from "../../../src/operator/decide/job.js";
import type { FollowedSeen } from "../../../src/operator/decide/observation.js";
import { readTurn } from "../../../src/operator/decide/read-turn.js";
import { aJob } from "../kit/a-job.js";
import { aLog, anObservation, aPod, ended, START, Story } from "../kit/an-observation.js";
import { failingEvents, passingEvents } from "../kit/fake-runner.js";

const git = { url: "https://git.example.com/team/notebooks.git", ref: "main", follow: true };
const notebook = { git, path: "notebooks/titanic.ipynb" };
const HOUR = 3_600_000;
const commitOf = (push: number) => push.toString(16).padStart(40, "0");
const told = (push: number, askedAt: number, more: object = {}): FollowedSeen => ({
  notebook: { url: git.url, ref: git.ref, commit: commitOf(push), askedAt, ...more },
});

/** Whether a run about push 1 that was looked up at {@link START} gives way to what the remote told. */
function moveOf(followed: FollowedSeen, status: object = {}, now = START + HOUR) {
  const source = { commit: commitOf(1), ref: "main", resolvedAt: toRfc3339Millis(START) };
  const job = aJob()
    .with({ notebook })
    .status({ phase: "Succeeded", specHash: "x", source, ...status })
    .build();
  return branchMove(readTurn(job, anObservation({ followed }), now));
}

describe("a branch has moved", () => {
  test("when the remote told another commit, later than the run's own", () => {
    expect(moveOf(told(2, START + 1))).toEqual({ ref: "main", from: commitOf(1), to: commitOf(2) });
    expect(moveOf(told(1, START + 1))).toBeUndefined();
  });

  test.each([START, START - 1])("not by an answer from %d, which says nothing about the run", (askedAt) =>
    expect(moveOf(told(2, askedAt))).toBeUndefined(),
  );

  test("also when the clock was set back since the run began", () => {
    const source = { commit: commitOf(1), ref: "main", resolvedAt: toRfc3339Millis(START + 2 * HOUR) };
    expect(moveOf(told(2, START + 1), { source })).toMatchObject({ to: commitOf(2) });
  });

  test.each([{ url: "https://git.example.com/other.git" }, { ref: "dev" }])(
    "not by an answer about another branch: %j",
    (more) => expect(moveOf(told(2, START + 1, more))).toBeUndefined(),
  );

  test("not while nothing is known of it, or the run's commit is not", () => {
    expect(moveOf({})).toBeUndefined();
    expect(moveOf(told(2, START + 1), { phase: "Initializing", source: undefined })).toBeUndefined();
  });

  test("not for a run that failed before its source for a reason that no push mends", () => {
    const failed = { phase: "Failed", source: undefined, completionTime: toRfc3339(START) };
    expect(moveOf(told(2, START + 1), { ...failed, failureReason: "GitAuthFailed" })).toBeUndefined();
    expect(moveOf(told(2, START + 1), { ...failed, failureReason: "GitRefNotFound" })).toEqual({
      ref: "main",
      to: commitOf(2),
    });
  });
});

test("nothing is followed by who is suspended, follows nothing, or names a commit", () => {
  const branches = (spec: object, phase: JobStatus["phase"] = "Succeeded") =>
    followedBranches(NotebookValidationJobSpec.parse({ notebook, ...spec }), phase);
  expect(branches({})).toEqual({ notebook: git });
  expect(branches({ suspend: true })).toEqual({});
  expect(branches({ notebook: { ...notebook, git: { ...git, follow: false } } })).toEqual({});
  expect(branches({ notebook: { ...notebook, git: { ...git, ref: "A".repeat(40) } } })).toEqual({});
  const retryPolicy = { retryOnSpecChange: false };
  expect(branches({ retryPolicy })).toEqual({});
  expect(branches({ retryPolicy }, "Failed")).toEqual({});
  expect(branches({ retryPolicy }, "ValidationRunning")).toEqual({ notebook: git });
});

test.each([
  [undefined, "Succeeded", 2],
  [undefined, "ValidationRunning", 2],
  [false, "Succeeded", 1],
  [false, "Failed", 1],
  [false, "ValidationRunning", 2],
])(
  "under retryOnSpecChange: %s a branch that moves is a change like that of a spec: %s, then run %i",
  (on, phase, run) => {
    const retryPolicy = on === undefined ? {} : { retryOnSpecChange: on };
    const story = new Story(aJob().with({ notebook, retryPolicy }).build()).started();
    if (phase === "Succeeded") story.see({ pods: [aPod(story.podName, ended(0))], log: aLog(passingEvents()) });
    if (phase === "Failed") story.see({ pods: [aPod(story.podName, ended(10))], log: aLog(failingEvents()) });
    expect(story.status.phase).toBe(phase);
    story.pass(1).see({ followed: told(2, story.now) });
    expect(story.status.runCount).toBe(run);
  },
);

/** What happens around a job that follows a branch. */
type Move =
  | { readonly kind: "push" }
  /** The remote is asked where the branch is. */
  | { readonly kind: "ask" }
  /** The job is looked at, with what is known by then. */
  | { readonly kind: "look" }
  | { readonly kind: "pass"; readonly ms: number };

const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ kind: fc.constant("push" as const) }),
  fc.record({ kind: fc.constant("ask" as const) }),
  fc.record({ kind: fc.constant("look" as const) }),
  fc.record({ kind: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 3000 }) }),
);

describe("whatever the order of pushes, questions and looks", () => {
  test("there are never more runs than pushes, and the last run is about the last push", () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
        const story = new Story(aJob().with({ notebook }).build());
        let head = 1;
        let followed: FollowedSeen = {};
        let question: { at: number; push: number } | undefined;
        const look = () => {
          const isAsking = story.kinds().includes("ask-source");
          if (isAsking) question = { at: story.now, push: head };
          const answer = question && { kind: "resolved" as const, commit: commitOf(question.push) };
          const isOpen = story.status.phase === "Initializing";
          story.see({ followed, ...(isOpen && answer !== undefined && { source: answer }) });
        };
        look();
        look();
        for (const each of moves) {
          if (each.kind === "push") head += 1;
          else if (each.kind === "ask") followed = told(head, story.now);
          else if (each.kind === "look") look();
          else story.pass(each.ms);
        }
        expect(story.status.runCount).toBeLessThanOrEqual(head);
        // From here on nobody pushes: one question and a few looks settle it.
        story.pass(1);
        look();
        look();
        story.pass(1);
        followed = told(head, story.now);
        for (let looks = 0; looks < 4; looks += 1) look();
        const { runCount } = story.status;
        expect(story.status.source?.commit).toBe(commitOf(head));
        for (let looks = 0; looks < 4; looks += 1) {
          story.pass(1000);
          followed = told(head, story.now);
          look();
        }
        expect(story.status.runCount).toBe(runCount);
        expect(runCount).toBeLessThanOrEqual(head);
      }),
      { numRuns: 150 },
    );
  });
});
