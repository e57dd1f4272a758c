import {
  clientDefaultConfig,
  clientPluginHandler,
  defineConfig,
  definePluginConfig,
} from "@hey-api/openapi-ts";

/**
 * The generated functions send through `src/api/client.ts`, found by this name (tsconfig and
 * vite.config), instead of the generator's own client: ours knows the console's problems, sends
 * what a change needs, and is a tenth of the size.
 */
const client = definePluginConfig({
  config: { ...clientDefaultConfig, baseUrl: false, bundle: false, includeInEntry: false },
  handler: clientPluginHandler,
  name: "console-client",
  tags: ["client"],
});

/** Types of everything the REST interface and the socket say, a function for each operation, and
 * TanStack Query's options for each that reads. The order of the plugins matters to the tool. */
export default defineConfig({
  input: "openapi.json",
  output: { path: "src/api/generated", clean: true, entryFile: false },
  parser: { filters: { operations: { include: ["/.* /api/v1/.*/"] }, orphans: true } },
  plugins: [
    "@hey-api/typescript",
    client(),
    { name: "@hey-api/sdk", client: "console-client" },
    { name: "@tanstack/react-query", infiniteQueryOptions: false, mutationOptions: false },
  ],
});
