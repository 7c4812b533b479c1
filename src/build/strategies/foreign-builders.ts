/** Settings that name somebody else's builder: no strategy of ours builds in its place. */
export const FOREIGN_BUILDERS = { pipeline: "pipeline", shipwrightStrategy: "shipwrightStrategy" } as const;

/** Why a strategy of ours does not build, where a job names another builder: one sentence each. */
export function foreignBuilders(strategyConfig: Readonly<Record<string, string>>): string[] {
  return Object.values(FOREIGN_BUILDERS)
    .filter((key) => strategyConfig[key] !== undefined)
    .map((key) => `strategyConfig.${key} names who builds: that is strategy custom`);
}
