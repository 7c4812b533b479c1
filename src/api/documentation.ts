const PAGES = "https://github.com/notebook-validator/notebook-validator-operator/blob/main/docs/";

/** Where people read a page of this project's `docs/`: `checks.md#n1`. */
export function documentationUrl(page: string): string {
  return `${PAGES}${page}`;
}
