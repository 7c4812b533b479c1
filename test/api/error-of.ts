import { UserError } from "../../src/api/index.js";

/** The error for people that something ends with. @throws Error when it ends well, or by another error */
export function errorOf(attempt: () => unknown): UserError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
