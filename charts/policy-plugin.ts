import { readFileSync } from "node:fs";
import { parse } from "yaml";
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
  return readFileSync(file, "utf8")
    .split(/^---$/m)
    .map((document) => parse(withoutSchema(document)) as PolicyObject | null)
    .filter((object) => object !== null);
}

/** A definition's schema is nine tenths of all that is synthesized, and no business of the policy. */
function withoutSchema(document: string): string {
  return /^kind: CustomResourceDefinition$/m.test(document) ? document.replace(/^spec:$[^]*/m, "") : document;
}
