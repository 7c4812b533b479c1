/** requirements.txt: read as pip reads it, judged before anything is built. */
export { isEntryPinned } from "./entry-groups.js";
export * from "./judge-requirements.js";
export * from "./marker.js";
export * from "./read-requirements.js";
export * from "./requirement-set.js";
