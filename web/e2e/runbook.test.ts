// The runbook inside the page, where the links of alerts and of the line of truth lead.
import { visit } from "./browser";
import { expect, test } from "./fixture";
import { Node } from "./node";
import { FIRING, Prometheus } from "./prometheus";

test("a section is shown in the language of the page, and its links stay in the page", async ({
  page,
  node,
}) => {
  await page.goto(`${node.url}/#/runbook/kolibridiskfilling`);
  const heading = page.getByRole("heading", { name: "KolibriDiskFilling" });
  await heading.waitFor();
  await expect.poll(() => heading.evaluate((heading) => heading === document.activeElement)).toBe(true);
  await page.locator(".runbook pre").first().waitFor();
  expect(await page.getByRole("heading", { name: "KolibriTracesFailing" }).count()).toBe(0);

  await page.getByRole("link", { name: "Run a soak drill" }).click();
  await page.getByRole("heading", { name: "Run a soak drill" }).waitFor();
  expect(page.url()).toBe(`${node.url}/#/runbook/run-a-soak-drill`);
  await page.goto(`${node.url}/#/runbook/nothing-like-it`);
  await page.getByText("The runbook has no such section.").waitFor();
});

test("it is in Russian where the page is", async ({ browser, node }) => {
  const page = await visit(browser, `${node.url}/#/runbook`, { locale: "ru" });
  await page.getByRole("heading", { name: "Ранбук" }).waitFor();
  await page.getByRole("link", { name: "Проверить геном" }).click();
  await page.getByRole("heading", { name: "Проверить геном" }).waitFor();
  await page.context().close();
});

test("the link of an alert to the runbook of a node stays in the page", async ({ browser }) => {
  const prometheus = await Prometheus.start();
  const runbook_url = "https://kolibri.example/runbook#kolibribackenderrorsspike";
  prometheus.alerts = [{ ...FIRING, annotations: { ...FIRING.annotations, runbook_url } }];
  const node = await Node.start({ variables: { KOLIBRI_PROMETHEUS_URL: prometheus.url } });
  const page = await visit(browser, `${node.url}/#/operations`);
  await page.getByRole("link", { name: "Runbook", exact: true }).click();
  await page.getByRole("heading", { name: "KolibriBackendErrorsSpike" }).waitFor();
  expect(page.url()).toBe(`${node.url}/#/runbook/kolibribackenderrorsspike`);
  await page.context().close();
  await node.end();
  await prometheus.end();
});
