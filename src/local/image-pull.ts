import { ConfigError } from "./config-error.js";

/**
 * Stands for the pull of one container's image, which this computer does not need: asks whether it would succeed, and says
 * what a kubelet says when it does not, the first time (`ErrImagePull`) and while it waits to try again (`ImagePullBackOff`).
 */
export class ImagePull {
  private failures = 0;

  /** @param problem why an image can't be pulled, in a registry's words; `undefined` = it can */
  constructor(
    private readonly image: string,
    private readonly problem: (image: string) => string | undefined,
  ) {}

  /** @throws ConfigError while the image can't be pulled */
  async complete(): Promise<void> {
    const problem = this.problem(this.image);
    if (problem === undefined) return;
    this.failures += 1;
    if (this.failures === 1) throw new ConfigError("ErrImagePull", problem);
    throw new ConfigError("ImagePullBackOff", `Back-off pulling image "${this.image}": ErrImagePull: ${problem}`);
  }
}
