import { type BuildStrategy, strategyNamed } from "../../../src/build/index.js";
import { aBuildPlan, anEnvironment } from "./a-build-plan.js";
import type { PlayedBuilder } from "./played-builder.js";
import { playOpenshift } from "./played-openshift.js";
import { playShipwright } from "./played-shipwright.js";
import { playTekton } from "./played-tekton.js";

/** Every way in which a build is carried out, with somebody who plays its controller. */
export const PLAYED_BUILDERS: Readonly<Record<string, PlayedBuilder>> = {
  tekton: { strategy: named("tekton"), plan: aBuildPlan(), play: playTekton },
  shipwright: { strategy: named("shipwright"), plan: aBuildPlan(), play: playShipwright },
  "shipwright with a strategy of its users": {
    strategy: named("shipwright"),
    plan: aBuildPlan({
      strategyConfig: { shipwrightStrategy: "buildpacks", parameters: "dockerfile-base64", "param.env": "slim" },
    }),
    play: playShipwright,
  },
  "s2i with a Dockerfile": { strategy: named("s2i"), plan: aBuildPlan(), play: playOpenshift },
  "s2i with a builder image": {
    strategy: named("s2i"),
    plan: aBuildPlan({
      environment: anEnvironment({ copies: [] }),
      strategyConfig: { builderImage: "registry.access.redhat.com/ubi9/python-312:1" },
    }),
    play: playOpenshift,
  },
  "custom by a Pipeline": {
    strategy: named("custom"),
    plan: aBuildPlan({ strategyConfig: { pipeline: "team-image" } }),
    play: playTekton,
  },
};

function named(name: Parameters<typeof strategyNamed>[0]): BuildStrategy {
  const strategy = strategyNamed(name);
  if (strategy === undefined) throw new Error(`no strategy ${name}`);
  return strategy;
}
