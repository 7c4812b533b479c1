import type { BuildProgress } from "../strategies/build-strategy.js";
import { PipProgress } from "./pip-progress.js";

/** Longest line that is looked at, in characters: what tells how far a build is comes first in its line. */
const MAX_LINE = 4096;

/** `STEP 3/8: RUN …`, in builds of several stages `[1/2] STEP 3/8: RUN …`. */
const STEP = /^(?:\[(\d{1,4})\/(\d{1,4})\] )?STEP (\d{1,4})\/(\d{1,4}): ([A-Za-z]{2,16})(?:\s|$)/;
const CACHED = /^-->\s(?:Using cache\s|Cache pulled from remote)/;
const PULLING = /^(?:Trying to pull |Getting image source signatures)/;
const BLOB = /^Copying blob (?:sha256:)?([0-9a-f]{8,64})\b/;
const CONFIG = /^Copying config /;

/** What buildah is at. */
type Activity = "starting" | "pulling" | "instruction" | "committing";

/**
 * Understands what buildah and pip print, line by line: how far a build is, and how much of it came from a cache. Also
 * reads logs of OpenShift's builds, which buildah writes, too. What the lines themselves say is never repeated: it may
 * hold secrets.
 */
export class BuildLog {
  #activity: Activity = "starting";
  #stage: { readonly number: number; readonly of: number } | undefined;
  #step = { number: 0, of: 0, instruction: "" };
  #pip = new PipProgress();
  readonly #blobs = new Set<string>();
  #arePulled = false;
  #instructions = 0;
  #cached = 0;

  push(raw: string): void {
    const line = raw.slice(0, MAX_LINE).trimEnd();
    const step = STEP.exec(line);
    if (step !== null) this.#begin(step);
    else if (CACHED.test(line)) this.#cached += 1;
    else if (PULLING.test(line)) this.#pull();
    else if (line.startsWith("COMMIT")) this.#activity = "committing";
    else this.#follow(line);
  }

  /** Where the build stands right now. */
  get progress(): BuildProgress {
    const currentStep = this.#currentStep();
    const layers = this.#blobs.size;
    return {
      ...(currentStep !== undefined && { currentStep }),
      // How many there are is known when all of them have come.
      ...(layers > 0 && { layersPulled: this.#arePulled ? `${layers}/${layers}` : String(layers) }),
    };
  }

  /** Instructions begun, without FROM. */
  get instructions(): number {
    return this.#instructions;
  }

  /** Instructions whose layer came from a cache. */
  get cachedInstructions(): number {
    return this.#cached;
  }

  #begin([, stage, stages, number = "0", of = "0", instruction = ""]: RegExpExecArray): void {
    this.#stage =
      stage === undefined || stages === undefined ? undefined : { number: Number(stage), of: Number(stages) };
    this.#step = { number: Number(number), of: Number(of), instruction: instruction.toUpperCase() };
    this.#activity = "instruction";
    this.#pip = new PipProgress();
    if (this.#step.instruction === "FROM") {
      this.#blobs.clear();
      this.#arePulled = false;
    } else {
      this.#instructions += 1;
    }
  }

  #pull(): void {
    if (this.#activity !== "pulling") this.#arePulled = false;
    this.#activity = "pulling";
  }

  #follow(line: string): void {
    if (this.#activity === "pulling") {
      const blob = BLOB.exec(line)?.[1];
      if (blob !== undefined) this.#blobs.add(blob);
      if (CONFIG.test(line)) {
        this.#arePulled = true;
        this.#activity = this.#step.number > 0 ? "instruction" : "starting";
      }
    } else if (this.#activity === "instruction" && this.#step.instruction === "RUN") {
      this.#pip.push(line);
    }
  }

  #currentStep(): string | undefined {
    switch (this.#activity) {
      case "starting":
        return undefined;
      case "pulling":
        return "Pulling the base image";
      case "committing":
        return "Committing the image";
      case "instruction": {
        const { number, of, instruction } = this.#step;
        const stage = this.#stage === undefined ? "" : ` of stage ${this.#stage.number}/${this.#stage.of}`;
        return this.#pip.step ?? `Building: instruction ${number}/${of}${stage} (${instruction})`;
      }
    }
  }
}
