import type { Command } from "commander";

/** `nbv fetch-source` */
export function register(_program: Command): void {}
