import { PATHS } from "./paths.js";
import type { ImagePodSource } from "./request.js";

/**
 * Unpacks the runner, if the archive is the one that the operator meant, and goes on with its `from_image.py`. The pod's spec
 * can't be changed, while whoever may write ConfigMaps could put another archive in place of the operator's.
 */
const UNPACK = [
  "import hashlib, io, runpy, sys, tarfile",
  "path, digest, into = sys.argv[1:4]",
  "data = open(path, 'rb').read()",
  "if hashlib.sha256(data).hexdigest() != digest: sys.exit('the archive of the runner is not the operator\\'s')",
  "tarfile.open(fileobj=io.BytesIO(data)).extractall(into)",
  "sys.argv[1:4] = []",
  "runpy.run_path(into + '/from_image.py', run_name='__main__')",
].join("\n");

/** Isolated and without `site`, like the runner itself. */
export const COPY_COMMAND = ["python3", "-I", "-S", "-c", UNPACK] as const;

/** What the init container is told that copies the source out of the notebook's image. */
export function copyArguments({ path, notebook, runner }: ImagePodSource): string[] {
  return [
    ...[`${PATHS.archive}/${runner.file}`, runner.sha256, PATHS.runner],
    ...["--from", path],
    ...["--notebook", notebook],
    ...["--into", PATHS.source],
  ];
}
