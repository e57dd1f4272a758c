import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { compression, defineAlgorithm } from "vite-plugin-compression2";
import { defineConfig } from "vitest/config";
import { budget } from "./build/budget";
import { sharedChunk } from "./build/chunks";
import { direct } from "./build/direct";
import { fonts } from "./build/fonts";
import { hints } from "./build/hints";
import { inertText } from "./build/inert";
import { layer } from "./build/layer";
import { operations } from "./build/operations";
import { trim } from "./build/trim";

/** Where `npm run dev` finds a running console; the built files are served by it directly. */
const backend = process.env.CRATON_DEV_BACKEND ?? "http://127.0.0.1:8080";

/** What the generated functions of `src/api/generated` call the client they send through. */
const client = fileURLToPath(new URL("src/api/client.ts", import.meta.url));

export default defineConfig({
  resolve: { alias: { "console-client": client } },
  plugins: [
    inertText(),
    operations(),
    direct(),
    trim(),
    layer(),
    react(),
    fonts(),
    hints(),
    budget(),
    compression({
      algorithms: [defineAlgorithm("brotliCompress"), defineAlgorithm("gzip", { level: 9 })],
      include: [/\.(js|css|html|svg|json|txt)$/],
      threshold: 1024,
    }),
  ],
  experimental: {
    // Only the page names files from the host's root, and the server writes in what it is below.
    renderBuiltUrl: (_, { hostType }) => (hostType === "html" ? undefined : { relative: true }),
  },
  build: {
    target: "es2023",
    sourcemap: false,
    chunkSizeWarningLimit: 900,
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ name: sharedChunk, debugName: "shared" }],
        },
      },
    },
  },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": { target: backend, ws: true, changeOrigin: true, headers: { origin: backend } },
    },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    css: false,
    server: { deps: { inline: [/@patternfly/] } },
    testTimeout: 60_000,
    // Nothing else runs beside: the default leaves one processor idle, half of a small machine.
    maxWorkers: "100%",
  },
});
