import { distributionOf, missingModule } from "../api/distribution.js";

/** What to do about an import that failed, where the error's message tells the module and the module its package. */
export function missingModuleAdvice(message: string): string | undefined {
  const module = missingModule(message);
  const distribution = module === undefined ? undefined : distributionOf(module);
  return distribution && `Add ${distribution} to requirements.txt, or use an image or a Python that has it`;
}
