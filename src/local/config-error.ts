/** Something that a container needs is not there yet; the kubelet waits for it. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  /** @param message in the kubelet's words */
  constructor(
    readonly reason: "CreateContainerConfigError" | "FailedMount" | "ErrImagePull" | "ImagePullBackOff",
    message: string,
  ) {
    super(message);
  }
}
