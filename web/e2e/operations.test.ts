// What an on-call engineer sees. These tests run at the same time: they mostly wait for the node's own clock.
import { visit } from "./browser";
import { expect, renew, test, visitWithClock } from "./fixture";
import { Node } from "./node";
import { PATIENCE } from "./patience";
import { FIRING, Prometheus } from "./prometheus";

test.concurrent("state, figures, and a failed command with its trace", async ({ page, node }) => {
  await node.teach("When?", "Now");
  for (let times = 0; times < 20; times += 1) await node.call("ask", { stimulus: "When?" });
  const trace = await node.fail();
  await visitWithClock(page, `${node.url}/#/operations`);
  const tile = (name: string) => page.locator(".tile", { hasText: name });
  await tile("State").getByText("Ready").waitFor();
  await tile("Genome").getByText("22").waitFor();
  // The first point of the history appears ten seconds after the start.
  await renew(page, tile("Failed").getByText("4.5%"));
  await tile("ASK, p99").getByText("median").waitFor();
  await page.getByRole("row", { name: /FORGET 1 1/ }).waitFor();

  // A chart also shows its values as a table.
  const chart = page.locator(".chart", { hasText: "Events per second" });
  await chart.getByText("As a table").click();
  await chart.getByRole("columnheader", { name: "ASK" }).waitFor();
  expect(await chart.locator("tbody tr").count()).toBeGreaterThan(0);

  // One crosshair for all charts, also by keyboard; the values are read in one place.
  const crosshair = page.getByRole("slider", { name: "Moment in all charts" });
  await crosshair.press("Home");
  expect(await page.locator(".chart .cursor").count()).toBe(5);
  expect(await crosshair.getAttribute("aria-valuetext")).toMatch(
    /Events per second: TEACH .*Write queue: waiting/,
  );
  await crosshair.press("Escape");
  expect(await page.locator(".chart .cursor").count()).toBe(0);

  const cause = page.getByRole("listitem").filter({ hasText: "not_taught × 1" });
  expect(await cause.getByRole("link", { name: "What to do" }).getAttribute("href")).toBe(
    "#/runbook/kolibricallersfailing",
  );
  await cause.getByRole("link", { name: "Sample trace" }).click();
  await page.getByRole("heading", { name: "FORGET failed" }).waitFor();
  await page.getByText(`kolibri trace show ${trace}`).waitFor();
  expect(page.url()).toBe(`${node.url}/#/traces/${trace}`);
  await page.goto(`${node.url}/#/traces/latest?outcome=failed`);
  await page.getByText("Somebody asked to forget a question that is not taught.").waitFor();
});

test.concurrent("the past is there after a restart, its gap is told, and the range is in the address", async ({
  browser,
  expect,
}) => {
  const node = await Node.start();
  await node.teach("When?", "Now");
  const read = async () => (await node.call("operations/history")).body;
  await expect.poll(async () => (await read()).points.length).toBeGreaterThan(0);
  await node.stop();
  await node.restart();
  await expect.poll(async () => (await read()).gaps.length).toBe(1);
  const page = await visit(browser, `${node.url}/#/operations?range=6h`);
  await page.locator(".chart rect.gap").first().waitFor();
  await page.getByText("nothing is known: no node ran").waitFor();
  expect(await page.getByRole("link", { name: "6 h", exact: true }).getAttribute("aria-current")).toBe(
    "true",
  );
  for (const [title, range] of [["15 min", "?range=15m"] as const, ["24 h", "?range=24h"], ["1 h", ""]]) {
    await page.getByRole("link", { name: title, exact: true }).click();
    expect(page.url()).toBe(`${node.url}/#/operations${range}`);
    await page.getByRole("columnheader", { name: title, exact: true }).waitFor();
  }
  // A finger taps one chart, and all show the moment.
  const lines = page.locator(".chart .lines").nth(3);
  await lines.dispatchEvent("pointerdown", { pointerType: "touch", clientX: 1, clientY: 1 });
  expect(await page.locator(".chart .cursor").count()).toBe(5);
  expect(await page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("slider");
  await page.context().close();
  await node.end();
});

test.concurrent("what failed in some time: first the command that broke the store, then what only noticed", async ({
  browser,
}) => {
  const node = await Node.start({ limit: 4096 });
  const since = Date.now() / 1000;
  await node.fail();
  const broke = await node.breakStore();
  const noticed: string[] = [];
  for (let times = 0; times < 3; times += 1) {
    noticed.push((await node.call("ask", { stimulus: "Anybody?" })).body.trace_id);
  }
  const page = await visit(browser, `${node.url}/#/traces/failed?since=${since}`);
  await page.getByText("5 commands failed").waitFor();
  const kinds = page.getByRole("heading", { level: 2 });
  expect(await kinds.allTextContents()).toEqual(["TEACH: store_failed", "FORGET: not_taught"]);
  await page.getByText("4 commands; 3 of them only because of an earlier one").waitFor();
  await page.getByRole("link", { name: broke, exact: true }).click();
  await page.getByRole("heading", { name: "TEACH failed" }).waitFor();
  expect(await page.getByText("Caused by").count()).toBe(0);

  // From any that noticed, the cause is one step away.
  await page.goto(`${node.url}/#/traces/${noticed[2]}`);
  await page.getByText("An earlier command broke the store").waitFor();
  await page.getByRole("link", { name: broke, exact: true }).click();
  await page.getByRole("heading", { name: "TEACH failed" }).waitFor();
  expect(page.url()).toBe(`${node.url}/#/traces/${broke}`);

  await page.goto(`${node.url}/#/traces/failed?since=${Date.now() / 1000}`);
  await page.getByText("The node remembers no failed command.").waitFor();
  await page.getByRole("link", { name: "Show everything that is remembered" }).click();
  await page.getByText("5 commands failed").waitFor();
  await page.goto(`${node.url}/#/traces/failed?since=yesterday`);
  await page.getByText(/a time is RFC 3339/).waitFor();
  await page.context().close();
  await node.end();
});

test.concurrent("alerts: how to see them, none, one that fires, and a Prometheus that is gone", async ({
  page,
  node,
  browser,
}) => {
  await page.goto(`${node.url}/#/operations`);
  await page.getByText("KOLIBRI_PROMETHEUS_URL=").waitFor();

  const prometheus = await Prometheus.start();
  const watched = await Node.start({ variables: { KOLIBRI_PROMETHEUS_URL: prometheus.url } });
  const second = await visit(browser, "about:blank");
  await visitWithClock(second, `${watched.url}/#/operations`);
  await second.getByText("According to Prometheus, no alert is firing.").waitFor();
  prometheus.alerts = [FIRING];
  await renew(second, second.getByText("KolibriBackendErrorsSpike"));
  await second.getByText("More than 5% of the commands fail").waitFor();
  expect(await second.getByRole("link", { name: "Runbook" }).getAttribute("href")).toBe(
    "https://example.org/runbook",
  );
  // The rules are written in English; the page knows them by their names.
  const russian = await visit(browser, `${watched.url}/#/operations`, { locale: "ru" });
  await russian.getByText("Команды не выполняются по вине узла.").waitFor();
  await russian.context().close();
  await prometheus.end();
  await renew(second, second.getByText("It is unknown whether any alert is firing."));
  expect(await second.getByText("no alert is firing").count()).toBe(0);
  await second.context().close();
  await watched.end();
});

test.concurrent("a drill is started, watched and read; another one is stopped", async ({
  page,
  node,
  expect,
}) => {
  await page.goto(`${node.url}/#/operations`);
  await page.getByText("No drill has been completed yet.").waitFor();
  await page.getByLabel("Simulated minutes").fill("1");
  await page.getByLabel("Events per minute").fill("2000");
  await page.getByRole("button", { name: "Start a drill" }).click();
  await page.getByRole("button", { name: "Stop" }).waitFor();
  await page.getByRole("progressbar").waitFor();
  const drills = page.getByRole("group", { name: "Drills so far" });
  // A drill has the lowest priority, so on a busy machine it takes long.
  await drills.getByText("Completed").waitFor({ timeout: 3 * PATIENCE });
  await page.getByRole("region", { name: "How long drills took" }).locator(".heat-4").waitFor();
  await drills.getByRole("link").first().click();
  await page.getByText("Verified, sound").waitFor();
  await page.getByRole("row", { name: /^TEACH/ }).waitFor();
  await page.getByRole("link", { name: "Repeat this drill" }).click();
  const field = (name: string) => page.getByLabel(name).inputValue();
  await expect.poll(() => field("Events per minute")).toBe("2000");
  expect([await field("Simulated minutes"), await field("Concurrent callers")]).toEqual(["1", "16"]);
  expect(
    await page.getByLabel("Simulated minutes").evaluate((field) => field === document.activeElement),
  ).toBe(true);

  await page.goto(`${node.url}/#/operations`);
  await page.getByLabel("Simulated minutes").fill("60");
  await page.getByLabel("In real time").check();
  await page.getByRole("button", { name: "Start a drill" }).click();
  await page.getByRole("button", { name: "Stop" }).click();
  await drills.getByText("Stopped").waitFor();
  await page.locator(".chart rect.drill").first().waitFor();
  await page.getByText("a soak drill ran").waitFor();
});
