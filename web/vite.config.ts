// How the page is built and tested. Everything becomes a file with a hash in its name and a gzip beside it: nothing is
// inlined, since the node's Content-Security-Policy forbids it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Writes `FILE.gz` beside each built file, for the node to serve. */
function zipped(): Plugin {
  let directory = "";
  return {
    name: "zipped",
    apply: "build",
    configResolved: (config) => {
      directory = config.build.outDir;
    },
    closeBundle: () => {
      for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || entry.name.endsWith(".gz")) continue;
        const file = join(entry.parentPath, entry.name);
        writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  // Relative, so that the page also works below a path of a reverse proxy.
  base: "./",
  plugins: [zipped()],
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: "es2023" },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          environment: "happy-dom",
          include: ["src/**/*.test.{ts,tsx}"],
          unstubGlobals: true,
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          environment: "node",
          include: ["e2e/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: "screenshots",
          environment: "node",
          include: ["e2e/screenshots.ts"],
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: { name: "paint", environment: "node", include: ["e2e/paint.ts"], testTimeout: 120_000 },
      },
    ],
  },
});
