export { clearReports } from "./collect-artifacts.js";
export type { MemoryLimitKind } from "./container-process.js";
export type { ContainerUser } from "./container-user.js";
export type { ExecutorOptions } from "./executor-options.js";
export { type LocalRun, type LocalRunResult, runLocally } from "./local-run.js";
export { ProcessExecutor } from "./process-executor.js";
export { type ChosenPython, choosePython, type PythonQuestion } from "./python/choose-python.js";
export type { RequirementsQuestion } from "./python/requirement-files.js";
