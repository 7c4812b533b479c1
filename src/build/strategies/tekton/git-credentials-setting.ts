/** Key of `strategyConfig`: `annotated-secret` = keep a Secret that Tekton's own Git credentials understand. */
export const GIT_CREDENTIALS = "gitCredentials";

/** Whether a build wants a Secret that Tekton's own initialization of Git credentials understands. */
export function wantsDerivedGitSecret(strategyConfig: Readonly<Record<string, string>>): boolean {
  return strategyConfig[GIT_CREDENTIALS] === "annotated-secret";
}
