import type { DockerfileStage } from "./dockerfile-stages.js";

/** Absolute, and the same in every build: no variables, no patterns, no steps up. */
const PLAIN_DIRECTORY = /^\/[A-Za-z0-9._@+/-]*$/;
/** Options of `COPY` that leave all files where they would be. */
const HARMLESS = new Set(["chown", "link"]);
const WHOLE_CONTEXT = new Set([".", "./"]);
/** Instructions that change no file that is there. `ONBUILD` is done in the next stage. */
const CHANGES_NO_FILE = new Set([
  ...["ARG", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "SHELL"],
  ...["STOPSIGNAL", "USER", "WORKDIR"],
]);

/**
 * Directory of a stage's image that the whole build context is copied to (`COPY . /app`); `undefined` where none is, or where
 * only the build knows which. Only a copy that nothing follows which could write files counts: a later `RUN`, `COPY` or `ADD`
 * may have replaced any of them.
 */
export function repositoryCopy(stages: readonly DockerfileStage[], target: DockerfileStage): string | undefined {
  const lineage: DockerfileStage[] = [];
  for (let stage: DockerfileStage | undefined = target; stage !== undefined; ) {
    lineage.unshift(stage);
    stage = stage.base.kind === "stage" ? stages[stage.base.index] : undefined;
  }
  let directory: string | undefined;
  let found: string | undefined;
  let hasTriggers = false;
  for (const { instructions } of lineage) {
    // They are done before the stage's own, and may do anything.
    if (hasTriggers) [directory, found] = [undefined, undefined];
    hasTriggers = instructions.some(({ keyword }) => keyword === "ONBUILD");
    for (const { keyword, words, flags } of instructions) {
      if (keyword === "WORKDIR") directory = resolved(directory, words[0]);
      const [source, destination, ...more] = words;
      const isOfContext = keyword === "COPY" && flags.every(({ name }) => HARMLESS.has(name));
      if (isOfContext && more.length === 0 && WHOLE_CONTEXT.has(source ?? "")) found = resolved(directory, destination);
      else if (!CHANGES_NO_FILE.has(keyword)) found = undefined;
    }
  }
  return found;
}

function resolved(from: string | undefined, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const whole = path.startsWith("/") ? path : from === undefined ? undefined : `${from}/${path}`;
  if (whole === undefined || !PLAIN_DIRECTORY.test(whole) || whole.split("/").includes("..")) return undefined;
  const parts = whole.split("/").filter((part) => part !== "" && part !== ".");
  return `/${parts.join("/")}`;
}
