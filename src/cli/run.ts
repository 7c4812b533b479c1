import type { Command } from "commander";

/** `nbv run` */
export function register(_program: Command): void {}
