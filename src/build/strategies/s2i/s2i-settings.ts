/** Key of `strategyConfig`: an s2i builder image, which then builds the commit by its own scripts. */
export const BUILDER_IMAGE = "builderImage";
