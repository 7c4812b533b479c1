import type { IConstruct } from "constructs";
import { UserError } from "../api/index.js";

/** A mistake in the props of a construct: names the construct's path, the fields and the fix. */
export function propError(
  construct: IConstruct,
  mistake: { readonly what: string; readonly fields: readonly string[]; readonly fix: string },
): UserError {
  const path = construct.node.path;
  return new UserError({
    what: `${path}: ${mistake.what}`,
    where: mistake.fields.map((field) => `${path}: ${field}`),
    fix: mistake.fix,
  });
}
