import { type GitSource, toRfc3339Millis } from "../../../api/index.js";
import { classifySource, sentence } from "../../../recovery/index.js";
import { awaitsImage } from "../builds/gate.js";
import { withConditions } from "../conditions.js";
import { fail } from "../outcome.js";
import { runIdOf } from "../run-id.js";
import { sourceTicket } from "../source-ticket.js";
import type { StepResult, ValidTurn } from "../turn.js";
import { followBuild } from "./follow-build.js";
import { followValidation } from "./follow-validation.js";

/** `Initializing`: which commit is meant. From here on the run is about that commit, wherever the branch goes. */
export function resolveSource(turn: ValidTurn): StepResult {
  const { status, spec, seen, metadata } = turn;
  const { ref } = spec.notebook.git;
  const golden = spec.goldenNotebook?.git;
  switch (seen.source.kind) {
    case "unasked":
      return {
        status,
        effects: [
          {
            kind: "ask-source",
            ticket: sourceTicket(status),
            ...placeOf(spec.notebook.git),
            ...(golden !== undefined && { golden: placeOf(golden) }),
          },
        ],
      };
    case "resolving":
      return { status };
    case "failed":
      return fail(turn, status, classifySource(seen.source));
    case "resolved": {
      const { commit, golden: goldenSeen } = seen.source;
      const warnings = [seen.source, goldenSeen].flatMap((each) =>
        each?.warning === undefined ? [] : [sentence(each.warning)],
      );
      const runCount = status.runCount ?? 1;
      const isToBuild = awaitsImage(turn, status);
      const resolved = withConditions(
        turn,
        {
          ...status,
          source: {
            commit,
            ref,
            // Exact: it tells later news of the branch from earlier ones.
            resolvedAt: toRfc3339Millis(turn.now),
            ...(goldenSeen !== undefined && { goldenCommit: goldenSeen.commit }),
            ...(warnings.length > 0 && { warnings }),
          },
          runId: runIdOf({ jobUid: metadata.uid ?? "", specHash: turn.specHash, commit, runCount }),
          phase: isToBuild ? "Building" : "ValidationRunning",
          reason: "SourceResolved",
          message: `Validating commit ${commit.slice(0, 12)}`,
        },
        { type: "GitCloneComplete", status: "True", reason: "Resolved", message: `${ref} is commit ${commit}` },
      );
      const next = { ...turn, status: resolved };
      return isToBuild ? followBuild(next) : followValidation(next);
    }
    default:
      return unreachable(seen.source);
  }
}

function placeOf({ url, ref, credentialsSecret }: GitSource) {
  return { url, ref, ...(credentialsSecret !== undefined && { credentialsSecret }) };
}

function unreachable(source: never): never {
  throw new Error(`unexpected answer ${JSON.stringify(source)}`);
}
