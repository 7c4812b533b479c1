/** Where a built image goes. */
export interface ImageDestination {
  /** `host[:port]/path`, without a tag. */
  readonly repository: string;
  /** Tag of the build's push: the first 12 digits of the environment digest. */
  readonly tag: string;
  /** Tag that moves to the image once the notebook passed (`imageTag`); absent = none was asked for. */
  readonly publishTag?: string;
  /** Secret of the job's namespace for the push. */
  readonly pushSecret?: string;
  /** Whether the registry may speak plain http. */
  readonly isInsecure: boolean;
}
