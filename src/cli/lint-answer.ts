import { z } from "zod";
import { Finding } from "../validation/index.js";

/** A finding, what it names, and what there is to learn from it. */
export const LintFinding = Finding.extend({
  /** The line that it names, as the author wrote it. */
  source: z.string().nullable(),
  lesson: z.object({
    explanation: z.string().optional(),
    bestPractice: z.string().optional(),
    example: z.string().optional(),
    suggestion: z.string().optional(),
    documentation: z.string().optional(),
  }),
});
export type LintFinding = z.infer<typeof LintFinding>;

/** A notebook that was read. */
export const LintedNotebook = z.object({
  name: z.string(),
  cells: z.number().int(),
  /** Of its kernel. Only Python is checked. */
  language: z.string(),
  findings: z.array(LintFinding),
  /** Cells that Python can't parse: nothing is said about them. */
  unparsed: z.array(z.object({ cell: z.number().int(), line: z.number().int().nullable(), why: z.string() })),
});
export type LintedNotebook = z.infer<typeof LintedNotebook>;

/** What `runner/tool.py lint` answers. */
export const LintAnswer = z.object({
  notebooks: z.array(z.union([LintedNotebook, z.object({ name: z.string(), problem: z.string() })])),
  sarif: z.record(z.string(), z.unknown()).optional(),
});
export type LintAnswer = z.infer<typeof LintAnswer>;
