import { defineConfig } from "@hey-api/openapi-ts";

/**
 * Types only: the HTTP client is `src/api/http.ts`, which knows the console's problems.
 * Only what pages use: the update service joins with its page.
 */
export default defineConfig({
  input: "openapi.json",
  output: { path: "src/api/generated", clean: true, entryFile: false },
  parser: {
    filters: {
      operations: {
        include: [
          "/GET /api/v1/(clusters|collections|etcd|jobs|overview|registries|search|session|setup|stack|status).*/",
          "/POST /api/v1/(session|setup)$/",
          "/(GET|POST|PUT|PATCH|DELETE) /api/v1/connections.*/",
        ],
      },
      orphans: false,
    },
  },
  plugins: ["@hey-api/typescript"],
});
