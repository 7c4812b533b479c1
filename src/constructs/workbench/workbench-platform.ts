/** Who runs workbenches: what is the same for all, and what each wants of a Notebook object. */
export type WorkbenchPlatform = "kubeflow" | "openshift-ai";

/** What a platform wants to find on a Notebook object. */
interface PlatformWords {
  readonly labels: (name: string) => Readonly<Record<string, string>>;
  readonly annotations: (name: string) => Readonly<Record<string, string>>;
  /** Directory that a home volume is mounted at. */
  readonly home: string;
}

/** A table of what is known about the platforms; the labels and annotations of the props come after these. */
export const PLATFORM_WORDS: Readonly<Record<WorkbenchPlatform, PlatformWords>> = {
  kubeflow: {
    labels: (name) => ({ app: name }),
    annotations: () => ({ "notebooks.kubeflow.org/server-type": "jupyter" }),
    home: "/home/jovyan",
  },
  // The dashboard lists only workbenches with these labels. Its controller puts an authenticating proxy before the
  // server when it is asked to; OpenShift AI 2 calls that `inject-oauth`.
  "openshift-ai": {
    labels: (name) => ({ app: name, "opendatahub.io/dashboard": "true", "opendatahub.io/odh-managed": "true" }),
    annotations: (name) => ({
      "notebooks.opendatahub.io/inject-auth": "true",
      "openshift.io/display-name": name,
    }),
    home: "/opt/app-root/src",
  },
};

/** Path under which the controllers of both platforms serve a workbench, and which its server must know. */
export function workbenchPath(namespace: string, name: string): string {
  return `/notebook/${namespace}/${name}`;
}

/**
 * Arguments of the Jupyter server. It asks for no token: whoever reaches it was let in by the platform, which keeps
 * everybody else away (Istio's policies of Kubeflow, the proxy of OpenShift AI). Both show it in a frame.
 */
export function jupyterArguments(namespace: string, name: string): readonly string[] {
  return [
    "--ServerApp.port=8888",
    "--ServerApp.token=''",
    "--ServerApp.password=''",
    `--ServerApp.base_url=${workbenchPath(namespace, name)}`,
    "--ServerApp.allow_origin='*'",
  ];
}
