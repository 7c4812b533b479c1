import { expect } from "@jest/globals";
import { NotebookValidationJobStatus, toRfc3339Millis } from "../../../../src/api/index.js";
import { parseBuildName } from "../../../../src/build/index.js";
import type { SeenBuild } from "../../../../src/operator/decide/build-observation.js";
import { isTerminal } from "../../../../src/operator/decide/job.js";
import { failureOf } from "../../../../src/recovery/index.js";
import type { BuildingStory } from "../../kit/a-building-story.js";
import { BUILT, complete, LOCKED, runningBuild } from "../../kit/a-building-story.js";
import { aLog, aPod, ended, running } from "../../kit/an-observation.js";
import { failingEvents, passingEvents } from "../../kit/fake-runner.js";
import { type Move, PREBUILT, playedJob, type Setting } from "./building-moves.js";
import { expectSoundRecovery } from "./sound-recovery.js";

/** A building job whose every decision is judged while the world does as it likes. */
export class Play {
  readonly story: BuildingStory;
  readonly #pushed = new Set<string>();
  readonly #made = new Set<string>();
  #pod: "none" | "running" | "passed" | "failed" = "none";
  #podName = "";
  #podImage = "";
  #waiting: ReturnType<BuildingStory["effects"]> = [];

  /** @param reached what any play has come to so far */
  constructor(
    private readonly reached: Set<string>,
    private readonly setting: Setting,
  ) {
    this.story = playedJob(setting);
  }

  play(next: Move): void {
    const { story } = this;
    switch (next.do) {
      case "look":
        break;
      case "advance":
        this.#advance();
        break;
      case "time":
        story.pass(next.ms);
        break;
      case "crash":
        story.environment = { kind: "unasked" };
        story.images = {};
        story.publication = { kind: "unasked" };
        break;
      case "user":
        this.#user(next.what);
        break;
      case "world":
      case "trouble":
        this.#world(next.what);
        break;
    }
    this.look();
  }

  /** One decision, and everything that must hold of it. */
  look(): void {
    const { story } = this;
    const before = story.status;
    const decision = story.see(this.#seen());
    expect(NotebookValidationJobStatus.safeParse(JSON.parse(JSON.stringify(decision.status))).error).toBeUndefined();
    const { recovery } = story.status;
    const budgets = 1 + (recovery?.abandonedStrategies ?? []).length;
    expect(story.status.buildRetryCount ?? 0).toBeLessThanOrEqual(budgets * this.setting.maxBuildRetries);
    expectSoundRecovery(story.status);
    if (before.runCount === story.status.runCount) {
      expect(story.status.buildRetryCount ?? 0).toBeGreaterThanOrEqual(before.buildRetryCount ?? 0);
      expect(story.status.recoveryAttempts ?? 0).toBeGreaterThanOrEqual(before.recoveryAttempts ?? 0);
    }
    for (const { plan } of story.effects("start-attempt")) {
      // Nothing but what was built, or, once that is noted, the image that stands in for it.
      expect([...this.#pushed, ...(recovery?.image === undefined ? [] : [PREBUILT])]).toContain(plan.image);
      if (recovery?.image !== undefined) expect(plan.image).toBe(PREBUILT);
      if (this.#podName !== plan.podName) this.#pod = "none";
      this.#podName = plan.podName;
      this.#podImage = plan.image;
    }
    for (const { plan } of story.effects("start-build")) {
      expect(decision.status.buildStatus?.buildName).toBe(plan.name);
      expect(decision.status.phase).toBe("Building");
      expect(parseBuildName(plan.name)).toEqual({ key: plan.key, number: plan.number });
      expect(story.builds.map(({ name }) => name)).not.toContain(plan.name);
    }
    for (const { image } of story.effects("publish-image")) {
      expect(this.#pod).toBe("passed");
      expect([...this.#pushed]).toContain(image);
    }
    for (const { kind } of decision.effects) this.reached.add(kind);
    this.reached.add(`${story.status.phase}/${story.status.reason}`);
    for (const { action } of recovery?.actions ?? []) this.reached.add(action);
    this.#waiting = [...story.effects("start-build"), ...story.effects("ask-image"), ...this.#waiting].slice(0, 8);
    if (isTerminal(story.status.phase)) expect(["Pending", "Running"]).not.toContain(story.status.buildStatus?.phase);
    if (story.status.buildStatus?.published === true) expect(story.status.phase).toBe("Succeeded");
  }

  #seen() {
    const { story } = this;
    const pods = { none: [], running: [running()], passed: [ended(0, "Completed")], failed: [ended(10)] }[this.#pod];
    const log = { passed: aLog(passingEvents()), failed: aLog(failingEvents()), none: undefined, running: undefined }[
      this.#pod
    ];
    const isCurrent = story.podName === this.#podName;
    return {
      pods: pods.map((status) => {
        const pod = aPod(this.#podName, status);
        return { ...pod, spec: { ...pod.spec, containers: [{ name: "notebook", image: this.#podImage }] } };
      }),
      ...(log && isCurrent && { log }),
    };
  }

  /** Whatever was asked for comes true. */
  #advance(): void {
    const { story } = this;
    const { phase, reason } = story.status;
    const [build] = story.builds;
    if (phase === "Building" && reason === "ReadingEnvironment") this.#world("repository");
    else if (phase === "Building" && reason === "LookingForImage") this.#world("registry");
    else if (reason === "BuildStarted") this.#world("build made");
    else if (phase === "Building" && build?.observation.kind === "pending") this.#world("build runs");
    else if (phase === "Building" && build?.observation.kind === "running") this.#world("build done");
    else if (reason === "PublishingImage") story.publication = { kind: "published" };
    else if (phase === "ValidationRunning") this.#world(this.#pod === "running" ? "pass" : "pod");
    else story.pass(1000);
  }

  #user(what: string): void {
    const { story } = this;
    const spec = story.job.spec as { notebook: object };
    if (what === "edit") story.edit({ notebook: { ...spec.notebook, parameters: { edit: story.now } } });
    if (what === "suspend" || what === "resume") story.edit({ suspend: what === "suspend" });
    if (what === "retry") story.askRetry(toRfc3339Millis(story.now));
  }

  #world(what: string): void {
    const { story } = this;
    const signal = { reason: "Failed", message: "no" };
    const turn = (observation: SeenBuild["observation"], more: Partial<SeenBuild> = {}): void => {
      if (story.builds.length > 0) story.becomes(observation, more);
    };
    const answer = (image: BuildingStory["images"][string]): void => {
      for (const effect of this.#waiting) if (effect.kind === "ask-image") story.images[effect.reference] = image;
    };
    switch (what) {
      case "repository":
        story.read();
        break;
      case "unpinned":
        story.files = { ...LOCKED, "requirements.txt": "pandas\n" };
        break;
      case "Git down":
        story.environment = { kind: "failed", reason: "GitNetwork", message: "no route" };
        break;
      case "registry":
        answer({ kind: "absent" });
        break;
      case "registry down":
        answer({ kind: "unknown", message: "no route" });
        break;
      case "cleared":
        for (const image of this.#pushed) story.images[image] = { kind: "absent" };
        break;
      case "build made":
        for (const effect of this.#waiting) this.#make(effect);
        break;
      case "build runs":
        if (story.builds[0]?.observation.kind === "pending") turn(runningBuild("push"));
        break;
      case "build done":
        if (story.builds[0]?.observation.kind === "running") {
          this.#pushed.add(BUILT);
          turn(complete(BUILT));
        }
        break;
      case "build fails":
        turn({ kind: "failed", signal }, { failure: failureOf("BuildImagePull") });
        break;
      case "build evicted":
        turn({ kind: "failed", signal }, { failure: failureOf("BuildEvicted") });
        break;
      case "build cancelled":
        turn({ kind: "cancelled" });
        break;
      case "abandoned":
        turn({ kind: "cancelled" }, { isAbandoned: true });
        break;
      case "build gone":
        story.builds = story.builds.slice(1);
        break;
      case "cluster unknown":
        story.available = story.available === undefined ? this.setting.strategies : undefined;
        break;
      case "no room":
        story.more = { hasRoom: story.more.hasRoom === false };
        break;
      case "publish":
        if (story.effects("publish-image").length > 0) story.publication = { kind: "published" };
        break;
      case "publish fails":
        story.publication = { kind: "failed", message: "denied" };
        break;
      default:
        this.#pod = this.#podName === "" ? "none" : (PODS[what] ?? "none");
    }
  }

  #make(effect: ReturnType<BuildingStory["effects"]>[number]): void {
    const { story } = this;
    if (effect.kind !== "start-build" || this.#made.has(effect.plan.name)) return;
    this.#made.add(effect.plan.name);
    const decision = { ...story.decision, effects: [effect] };
    const now = story.decision;
    story.decision = decision;
    story.made();
    story.decision = now;
  }
}

const PODS: Readonly<Record<string, "running" | "passed" | "failed" | "none">> = {
  pod: "running",
  pass: "passed",
  "pod fails": "failed",
  "pod gone": "none",
};
