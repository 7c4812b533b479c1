export { decide } from "./decide/decide.js";
export type { Decision, Effect, EventNote } from "./decide/decision.js";
export type { LogSeen, Observation, Settings, SourceSeen } from "./decide/observation.js";
export { Operator } from "./operator.js";
export { OperatorMetrics } from "./operator-metrics.js";
export type { OperatorOptions } from "./operator-options.js";
export {
  type ResolvedSource,
  SourceError,
  type SourceErrorReason,
  type SourceRequest,
  type SourceResolver,
} from "./source-resolver.js";
