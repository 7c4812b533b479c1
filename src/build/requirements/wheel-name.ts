import { valid } from "@renovatebot/pep440";
import { InvalidRequirement } from "./invalid-requirement.js";
import { normalName } from "./normal-name.js";

/** What the name of a wheel says. */
export interface WheelName {
  /** Normalised. */
  readonly project: string;
  readonly version: string;
}

const FIX = "wheels keep the name that they were built with: NAME-VERSION-PYTHON-ABI-PLATFORM.whl";

/**
 * Reads the file name of a wheel (`name-version[-build]-python-abi-platform.whl`).
 * @throws InvalidRequirement when it is none, as pip does
 */
export function wheelName(fileName: string): WheelName {
  const parts = fileName.slice(0, -".whl".length).split("-");
  const [project = "", version = "", build = ""] = parts;
  const isName =
    (parts.length === 5 || (parts.length === 6 && /^[0-9]/.test(build))) &&
    /^[\p{L}\p{N}_.]+$/u.test(project) &&
    !project.includes("__") &&
    valid(version) !== null;
  if (!isName) throw new InvalidRequirement(`names ${fileName.slice(0, 100)}, which is not a wheel's name`, FIX);
  return { project: normalName(project), version };
}

const ARCHIVE = /\.(?:zip|whl|tar\.bz2|tbz|tar\.gz|tgz|tar|tar\.xz|txz|tlz|tar\.lz|tar\.lzma)$/i;

/** Whether pip takes a path for an archive, by its end. */
export function isArchive(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  // Python's splitext: dots at the start belong to the name, not to an extension.
  return ARCHIVE.test(name.replace(/^\.+/, ""));
}
