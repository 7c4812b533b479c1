import type { NotebookValidationJobSpec } from "../../../api/index.js";
import type { MissingObject } from "../../../recovery/index.js";

/**
 * Whether the job's spec names the object. Only such ones are looked for: whoever may write a job's status could otherwise
 * learn from the operator whether any Secret of the namespace exists.
 */
export function namesObject(spec: NotebookValidationJobSpec, { kind, name }: MissingObject): boolean {
  return namesOf(spec, kind).includes(name);
}

function namesOf(spec: NotebookValidationJobSpec, kind: MissingObject["kind"]): (string | undefined)[] {
  const { env = [], envFrom = [], volumes = [] } = spec.podConfig ?? {};
  const projected = volumes.flatMap((volume) => volume.projected?.sources ?? []);
  switch (kind) {
    case "Secret":
      return [
        ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
        ...envFrom.map(({ secretRef }) => secretRef?.name),
        ...volumes.flatMap(({ secret, csi }) => [secret?.secretName, csi?.nodePublishSecretRef?.name]),
        ...projected.map(({ secret }) => secret?.name),
        ...(spec.podConfig?.credentials ?? []),
        ...(spec.podConfig?.imagePullSecrets ?? []).map((each) => each.name),
        spec.notebook.git.credentialsSecret,
        spec.goldenNotebook?.git?.credentialsSecret,
        spec.podConfig?.buildConfig?.pushSecret,
      ];
    case "ConfigMap":
      return [
        ...env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
        ...envFrom.map(({ configMapRef }) => configMapRef?.name),
        ...volumes.map(({ configMap }) => configMap?.name),
        ...projected.map(({ configMap }) => configMap?.name),
      ];
    case "PersistentVolumeClaim":
      return [
        ...volumes.map(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName),
        spec.artifacts?.claimName,
        spec.podConfig?.buildConfig?.strategyConfig?.["cacheClaim"],
      ];
    default:
      return kind satisfies never;
  }
}
