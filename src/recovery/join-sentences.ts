/** `sentences` as one text: each but the last is ended, those that end by themselves (`?`, `!`, `…`) as they are. */
export function joinSentences(...sentences: readonly string[]): string {
  const said = sentences.map((each) => each.trim()).filter((each) => each !== "");
  return said.map((each, index) => (index === said.length - 1 || /[.?!…]$/.test(each) ? each : `${each}.`)).join(" ");
}
