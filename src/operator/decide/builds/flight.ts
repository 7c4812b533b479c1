import {
  type BuildPlan,
  type EnvironmentAnswer,
  type EnvironmentPlan,
  type EnvironmentQuestion,
  planDestination,
  planEnvironment,
} from "../../../build/index.js";
import { type Failure, failureOf } from "../../../recovery/index.js";
import type { BuildsSeen, SeenBuild } from "../build-observation.js";
import { buildPlan, type PlannedJob } from "./build-plan.js";
import { chooseStrategy } from "./choose-strategy.js";
import { environmentFailure } from "./environment-failure.js";

/** What the facts of the repository mean for the job's image. */
export type FlightAnswer =
  | {
      readonly kind: "flight";
      /** The flight's first build; later ones differ in name and number. */
      readonly plan: BuildPlan;
      readonly strategy: SeenBuild["strategy"];
      readonly warnings: readonly string[];
    }
  /** Nothing has to be built: the base image is the environment. */
  | { readonly kind: "base"; readonly environment: EnvironmentPlan; readonly base: EnvironmentQuestion["base"] }
  /** The job can't have the environment that it asks for. */
  | { readonly kind: "failed"; readonly failure: Failure }
  /** It is not known yet what the cluster can build by. */
  | { readonly kind: "unknown" };

/** Planning reads whole lock files, and the desk hands out one question as long as nothing changes. */
const answers = new WeakMap<EnvironmentQuestion, EnvironmentAnswer>();

/** Like {@link planEnvironment}, which is asked once per question object. */
export function environmentOf(question: EnvironmentQuestion): EnvironmentAnswer {
  const known = answers.get(question);
  if (known !== undefined) return known;
  const answer = planEnvironment(question);
  answers.set(question, answer);
  return answer;
}

/**
 * The job's flight: what is to be built, where it goes and by whom.
 * @param available strategies of the cluster, best first; `undefined` = not known yet
 */
export function flightOf(
  turn: PlannedJob,
  question: EnvironmentQuestion,
  available: BuildsSeen["available"],
): FlightAnswer {
  const { effective, metadata, seen } = turn;
  const answer = environmentOf(question);
  if (answer.kind === "rejected") return { kind: "failed", failure: environmentFailure(answer) };
  const { plan: environment } = answer;
  if (environment.dockerfile.kind === "none") return { kind: "base", environment, base: question.base };
  if (effective.build === undefined || available === undefined) return { kind: "unknown" };
  const where = planDestination({
    build: effective.build,
    namespace: metadata.namespace ?? "",
    environmentDigest: environment.digest,
    config: seen.settings.config,
  });
  if (where.kind === "refused") {
    const failure = failureOf("ImageDestinationInvalid", {
      detail: where.message,
      suggestedAction: capitalized(where.fix),
    });
    return { kind: "failed", failure };
  }
  const planBy = (strategy: SeenBuild["strategy"]): BuildPlan =>
    buildPlan(turn, { environment, destination: where.destination, strategy }, 1);
  const choice = chooseStrategy(effective, available, planBy, turn.status.recovery?.abandonedStrategies);
  if (choice.kind === "unavailable") return { kind: "failed", failure: choice.failure };
  const { plan, strategy, warnings } = choice;
  return { kind: "flight", plan, strategy, warnings: [...where.warnings, ...warnings] };
}

/** Words in the middle of a sentence, as its beginning. */
function capitalized(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
