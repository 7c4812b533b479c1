import type { NotebookValidationJob } from "../api/index.js";

/** The job with `--timeout` as its total time. */
export function withTimeout(job: NotebookValidationJob, timeout: string | undefined): NotebookValidationJob {
  return timeout === undefined ? job : { ...job, spec: { ...job.spec, totalTimeout: timeout } };
}

/**
 * The job with its status in the words of the command line: who gave `--timeout` has no `spec.totalTimeout` to raise, and
 * where no image is used, none can lack a kernel.
 */
export function inLocalWords(job: NotebookValidationJob, timeout: string | undefined): NotebookValidationJob {
  const { status } = job;
  if (status === undefined) return job;
  const words = wordsFor(status.reason, timeout);
  const told = <T extends { readonly message?: string | undefined }>(each: T): T => {
    if (each.message === undefined) return each;
    return { ...each, message: words.reduce((text, [from, to]) => text.replaceAll(from, to), each.message) };
  };
  const { attempts, conditions } = status;
  return {
    ...job,
    status: {
      ...told(status),
      ...(conditions === undefined ? {} : { conditions: conditions.map(told) }),
      ...(attempts === undefined ? {} : { attempts: attempts.map(told) }),
    },
  };
}

/**
 * The job with no verdict on its notebook where that only lacked a module, and the image that a cluster would run it on is
 * built by a Dockerfile: nobody builds that here, and it may well install the module. `Error`, at nobody's fault.
 * @param dockerfile absent = what was there was all that a cluster would have
 */
export function unjudgedWithout(dockerfile: string | undefined, job: NotebookValidationJob): NotebookValidationJob {
  if (dockerfile === undefined || job.status?.reason !== "ModuleMissing") return job;
  const { fault: _notTheirs, message, ...status } = job.status;
  const why = `Not judged: no image is built here, so that what ${dockerfile} installs is missing. Name a Python that has it with --python, or validate in a cluster`;
  return {
    ...job,
    status: { ...status, verdict: "Error", message: message === undefined ? why : `${why}. ${message}` },
  };
}

/** By reason: other messages may quote the notebook, which is to be left as it is. */
function wordsFor(reason: string | undefined, timeout: string | undefined): readonly (readonly [string, string])[] {
  switch (reason) {
    case "TotalTimeout":
      return timeout === undefined ? [] : [["spec.totalTimeout", `--timeout (it was ${timeout})`]];
    case "KernelMissing":
    case "KernelStartFailed":
      return [
        ["The image has no kernel", "The Python of this run has no kernel"],
        ["Install ipykernel in the image", "Install ipykernel in that Python"],
        ["ipykernel imports in the image", "ipykernel imports in that Python"],
        ["`ipykernel` to the image or to the requirements", "`ipykernel` to it or to the requirements"],
      ];
    default:
      return [];
  }
}
