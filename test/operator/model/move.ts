import type { Budget, ModelState } from "./state.js";

/** One thing that may happen next. */
export interface Move {
  readonly name: string;
  /** Paid from the budget of that kind; free when absent. */
  readonly kind?: Exclude<keyof Budget, "total" | "time">;
  readonly go: (state: ModelState) => ModelState | Promise<ModelState>;
}
