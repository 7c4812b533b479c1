import tseslint from "typescript-eslint";

/** Rooms whose code is a function of its arguments: no clock, network, file, environment or chance (docs/architecture.md). */
const pureRooms = ["api", "build", "validation", "recovery", "models", "gitops", "observability", "constructs"];

export default tseslint.config(
  {
    ignores: [
      "node_modules/",
      "lib/",
      "build/",
      "dist/",
      "imports/",
      "coverage/",
      ".cache/",
      ".venv/",
      "examples/",
      "runner/",
      "**/fixtures/",
      "**/*.{js,mjs,cjs}",
    ],
  },
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // A zod schema and its inferred type share one name, by design (style: "one concept, one name").
      "@typescript-eslint/no-redeclare": "off",
      // `async` methods that satisfy an asynchronous interface need no await of their own.
      "@typescript-eslint/require-await": "off",
      "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
      eqeqeq: "error",
      "no-console": "error",
    },
  },
  {
    files: pureRooms.map((room) => `src/${room}/**/*.ts`).concat("charts/**/*.ts"),
    rules: {
      "no-restricted-globals": [
        "error",
        ...["process", "fetch", "setTimeout", "setInterval", "setImmediate", "performance"].map((name) => ({
          name,
          message: "This room is pure: take it as an argument.",
        })),
      ],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "This room is pure: take an Instant as an argument." },
        { object: "Math", property: "random", message: "This room is pure: take a seed as an argument." },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: "This room is pure: take an Instant as an argument.",
        },
      ],
    },
  },
  {
    files: ["src/cli/**/*.ts", "bench/**/*.ts"],
    rules: { "no-console": "off" },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      "max-lines": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
    },
  },
);
