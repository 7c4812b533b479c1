import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { type PolicyObject, policyViolations } from "../src/constructs/policy/policy.js";

/** What of cdk8s-cli's validation context this plugin uses. */
export interface ValidationContext {
  /** Files with the synthesized manifests. */
  readonly manifests: readonly string[];
  readonly report: {
    addViolation(violation: {
      ruleName: string;
      recommendation: string;
      fix: string;
      violatingResources: { resourceName: string; manifestPath: string; locations: string[] }[];
    }): void;
    submit(status: "success" | "failure"): void;
  };
}

/** `cdk8s synth --validate`: no manifest leaves the house that breaks our policy. */
export class PolicyPlugin {
  validate(context: ValidationContext): void {
    let clean = true;
    for (const file of context.manifests) {
      for (const object of objectsOf(file)) {
        for (const violation of policyViolations(object)) {
          clean = false;
          context.report.addViolation({
            ruleName: violation.rule,
            recommendation: violation.message,
            fix: violation.fix,
            violatingResources: [
              { resourceName: object.metadata?.name ?? "", manifestPath: file, locations: [object.kind] },
            ],
          });
        }
      }
    }
    context.report.submit(clean ? "success" : "failure");
  }
}

function objectsOf(file: string): PolicyObject[] {
  return parseAllDocuments(readFileSync(file, "utf8"))
    .map((document) => document.toJS() as PolicyObject | null)
    .filter((object) => object !== null);
}
