export { cacheDirectory } from "./cache-directory.js";
export { prepareReports } from "./collect-artifacts.js";
export type { MemoryLimitKind } from "./container-process.js";
export type { ContainerUser } from "./container-user.js";
export type { ExecutorOptions } from "./executor-options.js";
export { type LocalRun, type LocalRunResult, runLocally } from "./local-run.js";
export { ProcessExecutor } from "./process-executor.js";
export {
  type ChosenPython,
  choosePython,
  type PlannedEnvironment,
  type PythonQuestion,
} from "./python/choose-python.js";
export {
  type LocalEnvironment,
  type LocalEnvironmentQuestion,
  planLocalEnvironment,
} from "./python/local-environment.js";
export { type RunnerPackagesPlan, runnerPackages } from "./python/runner-packages.js";
export { askRunnerTool, type RunnerToolCommand, type RunnerToolOptions } from "./runner-tool.js";
