// Every screen, in every state that it can be in: for the checks that hold everywhere.
import type { Page } from "playwright-core";
import { say } from "./fixture";
import type { Node } from "./node";

export const STATES = ["normal", "empty", "loading", "failed", "server down", "alert firing"] as const;
export type State = (typeof STATES)[number];

export interface Taught {
  /** A command that failed. */
  trace: string;
  /** A drill that was completed. */
  drill: string;
}

/** Gives a node something of everything to show. */
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
    genome: "#/genome",
    block: "#/genome/1",
    operations: "#/operations",
    drill: `#/operations/soaks/${drill}`,
    trace: `#/traces/${trace}`,
    settings: "#/settings",
    nowhere: "#/nowhere",
  };
}

/** Opens an address in a state. The page is a new one. */
export async function open(page: Page, url: string, state: State): Promise<void> {
  if (state === "loading") await page.route("**/api/v1/**", () => {});
  if (state === "failed") {
    await page.route("**/api/v1/**", (route) =>
      route.fulfill({
        status: 500,
        contentType: "application/problem+json",
        json: { type: "urn:kolibri:problem:internal", detail: "a thread that should have answered did not" },
      }),
    );
  }
  await page.goto(url);
  await page.locator("h1").waitFor();
  await settled(page, state);
}

/** Waits for what the state looks like, and talks where one talks. */
async function settled(page: Page, state: State): Promise<void> {
  const chat = await page.locator("#composer").count();
  if (state === "loading") return;
  if (state === "server down") {
    await page.route("**/api/v1/**", (route) => route.abort());
    await page.getByText(/The node has not answered since|Узел не отвечает с/).waitFor();
  } else {
    await page.locator(".loading").first().waitFor({ state: "detached" });
  }
  if (chat && state === "normal") {
    for (const text of ["Who is on call today?", "Who is on call in Rome?"]) await say(page, text);
  }
  if (chat && (state === "failed" || state === "server down")) await say(page, "Is anybody there?");
}
