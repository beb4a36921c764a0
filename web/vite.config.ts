// How the page is built and tested. Everything becomes a file with a hash in its name, plus a gzip copy. Nothing is
// inlined, because the node's Content-Security-Policy forbids it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { PATIENCE, TEST_PATIENCE } from "./e2e/patience.ts";

/** Writes `FILE.gz` for each built file that gzip makes smaller, for the node to serve. */
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
        const plain = readFileSync(file);
        const zipped = gzipSync(plain, { level: 9 });
        if (zipped.length < plain.length) writeFileSync(`${file}.gz`, zipped);
      }
    },
  };
}

/** Puts `src/theme.ts` first, as a script that the browser runs before it paints. */
function themeFirst(): Plugin {
  let theme = "";
  return {
    name: "theme-first",
    apply: "build",
    buildStart() {
      theme = this.emitFile({ type: "chunk", id: "src/theme.ts", name: "theme" });
    },
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const page = bundle["index.html"];
        if (page?.type !== "asset") throw new Error("the page is not built");
        page.source = String(page.source).replace(
          "<script",
          `<script src="./${this.getFileName(theme)}"></script>\n    <script`,
        );
      },
    },
  };
}

/** The most bytes of a text, as the node's OpenAPI document states them. */
function maxBytes(schema: string): string {
  const document = JSON.parse(readFileSync(new URL("../docs/openapi.json", import.meta.url), "utf8"));
  const limit: unknown = document.components.schemas[schema]?.["x-max-bytes"];
  if (typeof limit !== "number") throw new Error(`docs/openapi.json states no limit for ${schema}`);
  return String(limit);
}

export default defineConfig({
  define: { __MAX_STIMULUS__: maxBytes("StimulusText"), __MAX_RESPONSE__: maxBytes("ResponseText") },
  // Relative, so that the page also works below a reverse proxy's path.
  base: "./",
  plugins: [themeFirst(), zipped()],
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
          testTimeout: TEST_PATIENCE,
          hookTimeout: TEST_PATIENCE,
          expect: { poll: { timeout: PATIENCE } },
          maxWorkers: 2,
          // Files share nothing but the code that they import and, one for each worker, the browser.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: "screenshots",
          environment: "node",
          include: ["e2e/screenshots.ts", "e2e/walk.ts"],
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
