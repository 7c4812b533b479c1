import { crd, parseJob } from "../api/index.js";
import { MemoryCluster } from "../kube/memory/index.js";

/** An embedded cluster of one node that serves NotebookValidationJobs, judged by the contract. */
export function embeddedCluster(nodeName: string): MemoryCluster {
  return new MemoryCluster({
    nodeName,
    autoCreateNamespaces: true,
    customResources: [
      {
        definition: crd(),
        validate: (object) => {
          const parsed = parseJob(object);
          return parsed.ok ? [] : parsed.problems.map(({ field, message }) => ({ field, message }));
        },
      },
    ],
  });
}
