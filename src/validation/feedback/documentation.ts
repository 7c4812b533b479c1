import { documentationUrl } from "../../api/documentation.js";

/** Where the documentation explains the check `id`. */
export function checkDocumentation(id: string): string {
  return documentationUrl(`checks.md#${id.toLowerCase()}`);
}

/** Where the documentation explains why a run ended so. */
export function endingDocumentation(reason: string): string {
  return documentationUrl(`troubleshooting.md#${reason.toLowerCase()}`);
}
