import { closest, distance } from "fastest-levenshtein";
import { parseImageReference, repositoryOf } from "../image/image-reference.js";
import { type DockerfileStage, isRemote } from "./dockerfile-stages.js";
import { foreignFrontend } from "./foreign-frontend.js";
import type { DockerfileInstruction, ReadDockerfile } from "./read-instructions.js";

/** One thing about a Dockerfile, at a line. */
export interface DockerfileFinding {
  /** From 1; absent = the file as a whole. */
  readonly line?: number;
  /** One sentence without a final full stop. Never holds a value that may be secret. */
  readonly message: string;
  readonly fix?: string;
}

const KEYWORDS: ReadonlySet<string> = new Set([
  "ADD",
  "ARG",
  "CMD",
  "COPY",
  "ENTRYPOINT",
  "ENV",
  "EXPOSE",
  "FROM",
  "HEALTHCHECK",
  "LABEL",
  "MAINTAINER",
  "ONBUILD",
  "RUN",
  "SHELL",
  "STOPSIGNAL",
  "USER",
  "VOLUME",
  "WORKDIR",
]);

/** Arguments that builders know without a declaration. */
const PREDEFINED_ARGS = /^(?:https?|ftp|no|all)_proxy$/i;

/** What keeps a Dockerfile from being built at all, each with what mends it. */
export function dockerfileProblems({ instructions }: ReadDockerfile): DockerfileFinding[] {
  const found: DockerfileFinding[] = [];
  let hasStage = false;
  for (const { keyword, line, words } of instructions) {
    if (!KEYWORDS.has(keyword)) {
      const meant = similarKeyword(keyword);
      // What follows a misspelt FROM is not to blame.
      hasStage ||= meant === "FROM";
      found.push({
        line,
        message: `${shortened(keyword)} is not an instruction of Dockerfiles`,
        fix: meant === undefined ? "begin commands with RUN, comments with #" : `write ${meant}`,
      });
    } else if (keyword === "FROM") {
      hasStage = true;
      if (words.length === 0) found.push({ line, message: "FROM names no image", fix: BEGIN });
      else if (words.length !== 1 && !(words.length === 3 && /^as$/i.test(words[1] ?? ""))) {
        found.push({
          line,
          message: "FROM takes an image, and a name for the stage after AS",
          fix: "write FROM IMAGE, or FROM IMAGE AS NAME",
        });
      }
    } else if (!hasStage && keyword !== "ARG") {
      // Said once: the instructions after it stand before FROM for the same reason.
      hasStage = true;
      found.push({ line, message: `${keyword} stands before the first FROM`, fix: BEGIN });
    } else if ((keyword === "COPY" || keyword === "ADD") && words.length < 2) {
      const fix = `write ${keyword} SOURCE DESTINATION`;
      found.push({ line, message: `${keyword} needs a source and a destination`, fix });
    }
  }
  if (!hasStage) found.push({ message: "has no FROM", fix: BEGIN });
  return found;
}

const BEGIN = "begin with FROM and the image that the environment is made on";

/** The keyword that was probably meant. */
function similarKeyword(keyword: string): string | undefined {
  const best = closest(keyword.slice(0, 40), [...KEYWORDS]);
  return distance(keyword.slice(0, 40), best) <= Math.ceil(best.length / 4) ? best : undefined;
}

/** What is legal but unwise in the stages that are built. */
export function lintDockerfile(
  read: ReadDockerfile,
  stages: readonly DockerfileStage[],
  target: DockerfileStage,
): DockerfileFinding[] {
  const found: DockerfileFinding[] = [];
  if (foreignFrontend(read) !== undefined) {
    found.push({ line: 1, message: "the builders know no # syntax= of their own: buildah reads the file as it is" });
  }
  for (const { base, line, images, instructions } of stages) {
    if (base.kind === "image" && base.reference !== undefined) found.push(...unpinned("FROM", line, base.reference));
    for (const image of images) found.push(...unpinned("--from", image.line, image.reference));
    for (const instruction of instructions) found.push(...lintInstruction(instruction));
  }
  found.push(...rootUser(stages, target));
  return found.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

/** Build arguments that nothing declares. */
export function undeclaredArgs(names: readonly string[], declared: ReadonlySet<string>): string[] {
  return names.filter((name) => !declared.has(name) && !PREDEFINED_ARGS.test(name));
}

/** Whether a name looks as if its value were secret. */
export function looksSecret(name: string): boolean {
  return /(?:^|_)(?:pass(?:word|wd|phrase)?|pwd|secret|token|api_?key|access_?key|private_?key|credentials?)(?:$|_)/i.test(
    name,
  );
}

function lintInstruction({
  keyword,
  line,
  words,
  text,
  flags,
  hasHeredoc,
}: DockerfileInstruction): DockerfileFinding[] {
  const found: DockerfileFinding[] = [];
  if (keyword === "ARG" || keyword === "ENV") {
    const name = /^[^\s=]{1,256}/.exec(text)?.[0] ?? "";
    if (looksSecret(name)) {
      found.push({
        line,
        message: `${keyword} ${name} looks like a secret: everybody who can pull the image can read it`,
        fix: "give it to the notebook with podConfig.credentials, or to the build in a file that it doesn't keep",
      });
    }
  }
  if (keyword === "ADD" && words.some(isRemote) && !flags.some(({ name }) => name === "checksum")) {
    found.push({ line, message: "ADD downloads something that may be another thing tomorrow", fix: "add --checksum" });
  }
  if (hasHeredoc) found.push({ line, message: "text after << needs BuildKit, or buildah 1.33 or newer" });
  for (const { name, value } of flags) {
    const type = name === "mount" ? /(?:^|,)type=(secret|ssh)(?:,|$)/.exec(value)?.[1] : undefined;
    if (type !== undefined)
      found.push({ line, message: `RUN --mount=type=${type} gets nothing: no build is given one` });
  }
  return found;
}

function unpinned(what: "FROM" | "--from", line: number, reference: string): DockerfileFinding[] {
  const image = parseImageReference(reference);
  if (image === undefined || image.digest !== undefined) return [];
  const moves = image.tag === undefined || image.tag === "latest";
  const message = `${what} ${reference} is not pinned${moves ? ": it is whatever was pushed last" : ""}`;
  return [{ line, message, fix: `name it by digest: ${repositoryOf(image)}@sha256:…` }];
}

/** The last `USER` of the target, or of the stages that it begins with. */
function rootUser(stages: readonly DockerfileStage[], target: DockerfileStage): DockerfileFinding[] {
  const byIndex = new Map(stages.map((stage) => [stage.index, stage]));
  let stage: DockerfileStage | undefined = target;
  while (stage !== undefined && stage.user === undefined) {
    stage = stage.base.kind === "stage" ? byIndex.get(stage.base.index) : undefined;
  }
  const user = stage?.user;
  if (user === undefined || !/^(?:root|0)(?::|$)/.test(user.name ?? "")) return [];
  const message = "the image runs as root: workbenches and pods of restricted namespaces refuse it";
  return [{ line: user.line, message, fix: "end with a numeric user, such as USER 1001" }];
}

function shortened(keyword: string): string {
  return keyword.length > 40 ? `${keyword.slice(0, 40)}…` : keyword;
}
