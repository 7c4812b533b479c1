import type { FailureReason } from "../reasons/catalogue.js";

/**
 * What Jupyter's own programs say when a run ends badly. They name what happened, so that the words of an error which a
 * cell raised don't count. First rule that a line fits.
 */
export const RUN_RULES: readonly {
  readonly words: RegExp;
  readonly reason: FailureReason;
  /** @default the reason's own */
  readonly suggestedAction?: string;
}[] = [
  { words: /\bNoSuchKernel\b|No such kernel named/, reason: "KernelMissing" },
  {
    words: /Kernel didn't respond in \d{1,6} seconds|Kernel died before replying to kernel_info/,
    reason: "KernelStartFailed",
  },
  { words: /\bCellTimeoutError\b|A cell timed out while it was being executed/, reason: "CellTimeout" },
  { words: /\bDeadKernelError\b|\bKernel died\b/, reason: "KernelDied" },
  {
    words: /\bNotJSONError\b|Notebook does not appear to be JSON|nbformat\.\S{0,64}ValidationError/,
    reason: "NotebookInvalid",
  },
  { words: /ModuleNotFoundError: No module named/, reason: "ModuleMissing" },
  {
    words: /\bCellExecutionError\b|\bPapermillExecutionError\b|Exception encountered at "In \[/,
    reason: "NotebookError",
  },
  // Python's own refusal: nobody was killed.
  {
    words: /^(?:[\w.]{1,256}\.)?_?(?:Array)?MemoryError\b/,
    reason: "NotebookError",
    suggestedAction: "Raise spec.podConfig.resources.limits.memory, or load the data in parts",
  },
];
