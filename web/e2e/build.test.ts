// What is served is small and has nothing inline.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { visit } from "./browser";
import { expect, test } from "./fixture";

/** Bytes. */
const MOST_SCRIPT = 90_000;

test("all scripts together take less than 90 KB", () => {
  const scripts = readdirSync("dist/assets").filter((name) => name.endsWith(".js"));
  const sizes = scripts.map((name) => gzipSync(readFileSync(`dist/assets/${name}`), { level: 9 }).length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  expect(total).toBeGreaterThan(0);
  expect(total).toBeLessThan(MOST_SCRIPT);
});

test("nothing is inline: no script, no style, no handler", async ({ page }) => {
  await page.locator(".frame").waitFor();
  const inline = await page.evaluate(() => [
    ...Array.from(
      document.querySelectorAll("script:not([src]), style, [style]"),
      (element) => element.outerHTML,
    ),
    ...Array.from(document.querySelectorAll("*"))
      .flatMap((element) => element.getAttributeNames())
      .filter((name) => name.startsWith("on")),
  ]);
  expect(inline).toEqual([]);
});

test("the policy is in force: neither a string nor a foreign script becomes code", async ({
  browser,
  node,
}) => {
  const page = await visit(browser, node.url);
  const outcome = await page.evaluate(async () => {
    const tried: string[] = [];
    try {
      document.body.innerHTML = "<b>taken</b>";
      tried.push("HTML was taken");
    } catch {
      tried.push("HTML was refused");
    }
    await fetch("https://example.org/").then(
      () => tried.push("another origin was asked"),
      () => tried.push("another origin was refused"),
    );
    return tried;
  });
  expect(outcome).toEqual(["HTML was refused", "another origin was refused"]);
  await page.context().close();
});
