/** Key of `strategyConfig`: `annotated-secret` = keep a Secret that Tekton's own Git credentials understand. */
export const GIT_CREDENTIALS = "gitCredentials";
