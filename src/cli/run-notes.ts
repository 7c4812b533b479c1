import type { NotebookValidationJob } from "../api/index.js";
import type { ChosenPython, ContainerUser } from "../local/index.js";
import { palette, printable } from "./output.js";
import type { RunProgress } from "./run-progress.js";

/** What the status of a local run names as its image. */
export function localImage(python: ChosenPython): string {
  return `local:python-${python.version}`;
}

/** Says which Python takes the place of which image: what passes here may lack something there. */
export function notePython(job: NotebookValidationJob, python: ChosenPython, progress: RunProgress): void {
  const { containerImage, buildConfig } = job.spec.podConfig ?? {};
  const path = printable(python.path);
  progress.line(`· Python ${python.version}, ${path}: ${printable(python.reason)}`);
  if (buildConfig?.enabled === true) {
    const instead = python.isMade === true ? "a virtual environment" : `Python ${python.version} of ${path}`;
    progress.line(`· podConfig.buildConfig builds no image here: the build is replaced by ${instead}`);
  } else if (containerImage === undefined) {
    progress.line("· no container image is used here, only that Python");
  } else {
    const image = printable(containerImage);
    progress.line(`· podConfig.containerImage ${image} is not used here: Python ${python.version} of ${path}`);
  }
}

/** Warns where the notebook could forge its verdict. */
export function warnAboutUser(user: ContainerUser, progress: RunProgress): void {
  if (user.kind !== "root") return;
  const { yellow } = palette(process.stderr);
  progress.line(
    `${yellow("warning:")} the notebook runs as root, so its verdict is not tamper-proof: ${printable(user.why)}`,
  );
}

/** Paths in commands and variables are replaced; those in a notebook's code can't be. */
export function warnAboutMounts(job: NotebookValidationJob, progress: RunProgress): void {
  const paths = (job.spec.podConfig?.volumeMounts ?? []).map(({ mountPath }) => mountPath);
  if (paths.length === 0) return;
  const { yellow } = palette(process.stderr);
  progress.line(
    `${yellow("warning:")} volumes are directories elsewhere on this computer: code that names ${printable(paths.join(", "))} ` +
      "won't find them, only variables of the job that begin with such a path",
  );
}
