/** Settings that a strategy does not know, one sentence each: most are typing mistakes. */
export function unknownSettings(
  strategy: string,
  strategyConfig: Readonly<Record<string, string>>,
  known: readonly string[],
): string[] {
  return Object.keys(strategyConfig)
    .filter((key) => !known.includes(key))
    .sort()
    .map(
      (key) => `strategyConfig.${key} has no effect on builds by ${strategy}: known are ${known.join(", ") || "none"}`,
    );
}
