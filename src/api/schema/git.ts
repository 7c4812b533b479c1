import type { z } from "zod";
import { rule } from "./rule.js";
import { text } from "./text.js";

const ADVICE = "put the credentials into a Secret and name it in credentialsSecret";

/** Address of a Git repository: https, http, git and ssh only, without a password in it. */
export function gitUrl(): z.ZodString {
  return text({
    max: 2048,
    min: 1,
    pattern: /^((https?|git|ssh):\/\/[^\x00-\x20\x7f\/-]|git@[A-Za-z0-9\[])[^\x00-\x20\x7f]*$/,
    type: "Git URL",
    words: 'a repository address that begins with "https://", "http://", "git://", "ssh://" or "git@host:"',
    example: "https://github.com/example/notebooks.git",
  }).with(
    rule({
      cel: "!self.matches('^[a-z]+://[^/@]*:[^/@]*@')",
      holds: (url) => !/^[a-z]+:\/\/[^/@]*:[^/@]*@/.test(url),
      message: `must not contain a password: ${ADVICE}`,
      reason: "FieldValueForbidden",
    }),
    rule({
      cel: "!self.matches('^https?://(gh[opsu]_|github_pat_|glpat-|[A-Za-z0-9_-]{40})[^/@]*@')",
      holds: (url) => !/^https?:\/\/(gh[opsu]_|github_pat_|glpat-|[A-Za-z0-9_-]{40})[^/@]*@/.test(url),
      message: `must not contain an access token: ${ADVICE}`,
      reason: "FieldValueForbidden",
    }),
    rule({
      cel: "!self.matches('^[a-z]+://[^/@]*@-') && (!self.startsWith('git@') || self.matches('^git@[^:]+:[^-]'))",
      holds: (url) => !/^[a-z]+:\/\/[^/@]*@-/.test(url) && (!url.startsWith("git@") || /^git@[^:]+:[^-]/.test(url)),
      message: "must name a host and a path that do not begin with a hyphen",
    }),
  );
}

/** A branch, tag or commit that `git check-ref-format --allow-onelevel` accepts and that is no option. */
export function gitRef(): z.ZodString {
  return text({
    max: 255,
    min: 1,
    pattern: /^[^\x00-\x20\x7f~^:?*\[\\-][^\x00-\x20\x7f~^:?*\[\\]*$/,
    type: "Git ref",
    words:
      "a branch, tag or commit name that begins with no hyphen and is without spaces, control characters and any of ~ ^ : ? * [ \\",
    example: "main",
  }).with(
    rule({
      cel: "!self.matches('[.][.]|@[{]|//|^/|/$|[.]$|(^|/)[.]|[.]lock(/|$)|^@$')",
      holds: (ref) => !/[.][.]|@[{]|\/\/|^\/|\/$|[.]$|(^|\/)[.]|[.]lock(\/|$)|^@$/.test(ref),
      message: "must be a branch, tag or commit name as git check-ref-format accepts it",
    }),
  );
}

/**
 * A path inside the repository: relative, never leading out of it.
 * @param base what it is relative to
 */
export function repositoryPath(base = "the repository's root"): z.ZodString {
  return text({
    max: 1024,
    min: 1,
    pattern: /^[^\/\\\x00-\x1f\x7f][^\\\x00-\x1f\x7f]*$/,
    type: "path in the repository",
    words: `a path relative to ${base}`,
    example: "notebooks/train.ipynb",
  }).with(
    rule({
      cel: "!self.matches('(^|/)[.][.](/|$)')",
      holds: (path) => !/(^|\/)[.][.](\/|$)/.test(path),
      message: 'must stay inside the repository: ".." is not allowed',
    }),
  );
}

/** A path of a notebook inside the repository. */
export function notebookPath(): z.ZodString {
  return repositoryPath().with(
    rule({
      cel: "self.endsWith('.ipynb')",
      holds: (path) => path.endsWith(".ipynb"),
      message: "must be a notebook: its name must end in .ipynb",
    }),
  );
}
