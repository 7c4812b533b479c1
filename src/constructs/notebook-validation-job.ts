import { ApiObject, type ApiObjectMetadata, Lazy } from "cdk8s";
import { Construct } from "constructs";
import {
  API_VERSION,
  KIND,
  type NotebookValidationJobInput,
  type NotebookValidationJobSpecInput,
  type Problem,
  parseJob,
} from "../api/index.js";
import { propError } from "./prop-error.js";
import { jobLabels } from "./standard-labels.js";

type Spec = NotebookValidationJobSpecInput;
type PodConfig = NonNullable<Spec["podConfig"]>;
type ValidationConfig = NonNullable<Spec["validationConfig"]>;

/** One entry of `spec.podConfig.env`. */
export type EnvironmentVariable = NonNullable<PodConfig["env"]>[number];
/** One entry of `spec.validationConfig.expectedOutputs`. */
export type ExpectedOutput = NonNullable<ValidationConfig["expectedOutputs"]>[number];
/** One entry of `spec.onSuccess` and `spec.onFailure`. */
export type JobTrigger = NonNullable<Spec["onSuccess"]>[number];

export interface NotebookValidationJobProps {
  /**
   * Name, namespace, labels and annotations.
   * @default - a name made of the construct's path; the chart's namespace
   */
  readonly metadata?: ApiObjectMetadata;
  /** What is asked for: the same fields as in YAML, see docs/api.md. */
  readonly spec: Spec;
}

/**
 * A NotebookValidationJob, judged while it is composed as the API server and the webhook would judge it: a mistake
 * throws and names the construct's path, the field and the fix. The spec is written as given, without defaults,
 * so that a GitOps tool sees what you wrote.
 */
export class NotebookValidationJob extends Construct {
  /** The object, as it will be written. Its `addJsonPatch` is not judged: an escape hatch for newer fields. */
  readonly apiObject: ApiObject;
  #spec: Spec;

  constructor(scope: Construct, id: string, props: NotebookValidationJobProps) {
    super(scope, id);
    this.#spec = structuredClone(props.spec);
    this.apiObject = new ApiObject(this, "Resource", {
      apiVersion: API_VERSION,
      kind: KIND,
      metadata: { ...props.metadata, labels: { ...jobLabels(), ...props.metadata?.labels } },
      spec: Lazy.any({ produce: () => this.#spec }) as unknown,
    });
    this.#judge(this.#spec);
  }

  /** Name of the job. */
  get name(): string {
    return this.apiObject.name;
  }

  /** A copy of the spec, as it will be written. */
  get spec(): Spec {
    return structuredClone(this.#spec);
  }

  /** Adds an environment variable of the notebook. */
  addEnv(variable: EnvironmentVariable): this {
    const podConfig = this.#spec.podConfig ?? {};
    return this.#change({ podConfig: { ...podConfig, env: [...(podConfig.env ?? []), variable] } });
  }

  /** Adds an output that a cell must have. */
  addExpectedOutput(output: ExpectedOutput): this {
    const config = this.#spec.validationConfig ?? {};
    const expectedOutputs = [...(config.expectedOutputs ?? []), output];
    return this.#change({ validationConfig: { ...config, expectedOutputs } });
  }

  /** Adds something to do after the notebook has passed. */
  addOnSuccess(trigger: JobTrigger): this {
    return this.#change({ onSuccess: [...(this.#spec.onSuccess ?? []), trigger] });
  }

  /** Adds something to do after the notebook has failed for good. */
  addOnFailure(trigger: JobTrigger): this {
    return this.#change({ onFailure: [...(this.#spec.onFailure ?? []), trigger] });
  }

  #change(part: Partial<Spec>): this {
    const spec = structuredClone({ ...this.#spec, ...part });
    this.#judge(spec);
    this.#spec = spec;
    return this;
  }

  #judge(spec: Spec): void {
    const job: NotebookValidationJobInput = {
      apiVersion: API_VERSION,
      kind: KIND,
      metadata: { name: this.apiObject.name },
      spec,
    };
    const parsed = parseJob(job);
    if (parsed.ok) return;
    throw propError(this, {
      what: `${parsed.problems.length === 1 ? "a field is" : `${parsed.problems.length} fields are`} wrong`,
      fields: parsed.problems.map((problem) => `${problem.field} ${problem.message}`),
      fix: fixOf(parsed.problems),
    });
  }
}

function fixOf(problems: readonly Problem[]): string {
  const [first] = problems;
  if (first?.suggestion !== undefined) return `write ${first.suggestion} in place of ${String(first.path.at(-1))}`;
  return `\`nbv explain ${first?.field.replaceAll(/\[\d+\]/g, "") ?? "spec"}\` says what the field takes`;
}
