import type { RequirementEntry } from "./requirement-set.js";
import { isExact } from "./version-range.js";

/** Whether a requirement names one artifact, and what to say if not. */
export type Pin =
  | { readonly isPinned: true; readonly note?: string }
  /** `why`: a clause that goes on after the requirement. */
  | { readonly isPinned: false; readonly why: string };

/** What a line alone says about its version; another line may pin it, too. */
export function ownPin({ target, hashes }: RequirementEntry): Pin {
  switch (target.kind) {
    case "index": {
      const { clauses } = target;
      if (clauses.length === 0) return { isPinned: false, why: "names no version" };
      if (!clauses.some(isExact)) {
        const isWildcard = clauses.some(({ operator, version }) => operator === "==" && version.endsWith(".*"));
        return { isPinned: false, why: isWildcard ? "allows every version that begins so" : "allows several versions" };
      }
      if (clauses.length > 1) return { isPinned: true, note: "has more clauses than its exact version needs" };
      return clauses[0]?.operator === "==="
        ? { isPinned: true, note: "compares letter by letter (===)" }
        : { isPinned: true };
    }
    case "url":
      return target.hash !== undefined || hashes.length > 0
        ? { isPinned: true }
        : { isPinned: false, why: "may be another file tomorrow: add #sha256=DIGEST to the URL" };
    case "vcs":
      if (target.isCommit) return { isPinned: true };
      return target.revision === undefined
        ? { isPinned: false, why: "takes the newest commit: add @COMMIT to the URL" }
        : { isPinned: false, why: `follows ${target.revision}, which may move: name a full commit id` };
    case "local":
      return { isPinned: true, note: "is pinned by the repository's commit" };
  }
}
