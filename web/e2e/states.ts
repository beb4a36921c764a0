// Every screen in every possible state, for checks that apply everywhere.
import type { Page } from "playwright-core";
import { renew, say } from "./fixture";
import type { Node } from "./node";

export const STATES = ["normal", "empty", "loading", "failed", "server down", "alert firing"] as const;
export type State = (typeof STATES)[number];

/** It is near to what `fill` teaches, but not answered by it. */
export const MISS = "What is an on-call duty?";

const API = "**/api/v1/**";
const FAILED = {
  status: 500,
  contentType: "application/problem+json",
  json: { type: "urn:kolibri:problem:internal", detail: "a thread that should have answered did not" },
};

export interface Taught {
  /** A command that failed. */
  trace: string;
  /** A drill that was completed. */
  drill: string;
}

/** Gives a node some of everything to show. */
export async function fill(node: Node): Promise<Taught> {
  await node.teach("How do I restart the payment service?", "systemctl restart payments");
  await node.teach("Who is on call today?", "See the on-call calendar");
  await node.call("ask", { stimulus: "Who is on call today?" });
  await node.teach("Forget me", "at once");
  await node.call("forget", { stimulus: "Forget me" });
  return { trace: await node.fail(), drill: await node.drill() };
}

export function addresses({ trace, drill }: Taught): Record<string, string> {
  return {
    chat: "#/",
    knowledge: "#/knowledge",
    answer: "#/knowledge?block=1",
    versions: "#/knowledge?versions=1",
    edit: "#/knowledge?edit=1",
    new: "#/knowledge/new",
    import: "#/knowledge/import",
    "nothing found": "#/knowledge?q=zebra",
    genome: "#/genome",
    block: "#/genome/1",
    operations: "#/operations",
    drill: `#/operations/soaks/${drill}`,
    trace: `#/traces/${trace}`,
    failures: "#/traces/failed?since=0",
    runbook: "#/runbook/kolibribackenderrorsspike",
    settings: "#/settings",
    nowhere: "#/nowhere",
  };
}

/** Brings a new page into a state, on the chat screen. */
export async function enter(page: Page, url: string, state: State): Promise<void> {
  if (state === "loading") await page.route(API, () => {});
  if (state === "failed") await page.route(API, (route) => route.fulfill(FAILED));
  await page.clock.install();
  await page.goto(url);
  await page.locator("h1").waitFor();
  if (state !== "server down") return;
  // Earlier values stay on the screen, marked as out of date.
  await show(page, "#/operations", "normal");
  await page.route(API, (route) => route.abort());
  await renew(page, page.getByText(/The node has not answered since|Узел не отвечает с/));
}

/** Opens an address, waits until the state is visible, and sends messages on the chat screen. */
export async function show(page: Page, address: string, state: State): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, address);
  await page.locator("h1").waitFor();
  if (state === "loading") return;
  await page.locator(".loading").first().waitFor({ state: "detached" });
  if (state === "alert firing" && address === "#/operations") {
    await page.getByText("KolibriBackendErrorsSpike", { exact: true }).waitFor();
  }
  if (address !== "#/") return;
  if (state === "normal")
    for (const text of ["Who is on call today?", "Who is on call in Rome?", MISS]) await say(page, text);
  if (state === "failed" || state === "server down") await say(page, "Is anybody there?");
}
