// Behind a reverse proxy, as teams have it: below a path, and with people who sign in.
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { AXE, violations } from "./axe";
import { visit } from "./browser";
import { expect, say, test, watch } from "./fixture";
import type { Node } from "./node";

interface Proxy {
  url: string;
  /** Paths below the prefix that were asked for with the cookie. */
  asked: string[];
  /** What is answered to who has no cookie; 302 leads to `/sign-in`. */
  refusal: 302 | 401 | 403;
  end: () => Promise<void>;
}

const COOKIE = "session=correct";

/** A proxy below `/kolibri`. It signs people in with a cookie if `guarded`, and tells the prefix if `told`. */
async function proxy(node: Node, { guarded = false, told = false }): Promise<Proxy> {
  const asked: string[] = [];
  const it: Proxy = { url: "", asked, refusal: 302, end: async () => {} };
  const server: Server = createServer((incoming, outgoing) => {
    const path = (incoming.url ?? "").replace(/^\/kolibri/, "");
    if (incoming.url === "/sign-in") return signIn(outgoing);
    if (!incoming.url?.startsWith("/kolibri")) return outgoing.writeHead(404).end();
    if (guarded && incoming.headers.cookie !== COOKIE) return refuse(outgoing, it.refusal);
    asked.push(path);
    pass(node, incoming, outgoing, path.startsWith("/") ? path : `/${path}`, told);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  it.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  it.end = () => {
    server.closeAllConnections();
    return new Promise((ended) => server.close(() => ended()));
  };
  return it;
}

function signIn(outgoing: ServerResponse): void {
  outgoing.writeHead(200, {
    "content-type": "text/html",
    "set-cookie": `${COOKIE}; HttpOnly; SameSite=Lax; Path=/`,
  });
  outgoing.end("<h1>Signed in</h1>");
}

function refuse(outgoing: ServerResponse, status: 302 | 401 | 403): void {
  outgoing.writeHead(status, {
    "content-type": "text/html",
    ...(status === 302 && { location: "/sign-in" }),
  });
  outgoing.end("<h1>Who are you?</h1>");
}

function pass(
  node: Node,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  path: string,
  told: boolean,
): void {
  const headers = { ...incoming.headers, ...(told && { "x-forwarded-prefix": "/kolibri" }) };
  const onward = request(`${node.url}${path}`, { method: incoming.method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on("error", () => outgoing.destroy());
  incoming.pipe(onward);
}

test.for([
  ["/kolibri/", false],
  ["/kolibri", true],
  ["/kolibri/", true],
] as const)("the page works at %s, with the prefix told: %s", async ([path, told], { browser, node }) => {
  const front = await proxy(node, { told });
  const page = await visit(browser, "about:blank");
  const faults = watch(page, front.url);
  await page.goto(front.url + path);
  await say(page, "When? -> Now");
  await page.getByText("Taught and durably recorded as").waitFor();
  await page.getByRole("link", { name: "block 1" }).click();
  await page.getByRole("heading", { name: "Block 1" }).waitFor();
  // The heading needs no answer of the node.
  await expect.poll(() => front.asked).toContain("/api/v1/genome/blocks/1");
  expect(faults).toEqual([]);
  await page.context().close();
  await front.end();
});

test.for([false, true])(
  "the runbook works below a path, with the prefix told: %s",
  async (told, { browser, node }) => {
    const front = await proxy(node, { told });
    const page = await visit(browser, `${front.url}/kolibri/runbook`, { locale: "en" });
    const styled = page.locator("link[rel=stylesheet]");
    expect(await styled.evaluate((link) => (link as HTMLLinkElement).sheet !== null)).toBe(true);
    await page.getByRole("link", { name: "По-русски" }).first().click();
    await page.waitForURL(`${front.url}/kolibri/runbook/ru`);
    expect(await styled.evaluate((link) => (link as HTMLLinkElement).sheet !== null)).toBe(true);
    await page.getByRole("link", { name: "In English" }).first().click();
    await page.waitForURL(`${front.url}/kolibri/runbook/en`);
    await page.getByRole("link", { name: "The node", exact: true }).click();
    await page.waitForURL(`${front.url}/kolibri/#/operations`);
    await page.context().close();
    await front.end();
  },
);

test("a page whose files are not found says why", async ({ browser, node }) => {
  const front = await proxy(node, {});
  const page = await visit(browser, `${front.url}/kolibri`, { bypassCSP: true });
  await page.getByText("add a slash to its end").waitFor();
  await page.evaluate(AXE);
  expect(await violations(page)).toEqual([]);
  await page.context().close();
  await front.end();
});

test.for([302, 401] as const)(
  "who is signed in by a proxy works, and who is signed out by it (%i) is told so and signs in again",
  async (refusal, { browser, node }) => {
    const front = await proxy(node, { guarded: true });
    front.refusal = refusal;
    const page = await visit(browser, `${front.url}/sign-in`);
    await page.goto(`${front.url}/kolibri/`);
    await say(page, "When? -> Now");
    await page.getByText("Taught and durably recorded as").waitFor();

    await page.context().clearCookies();
    await page.fill("#composer", "When?");
    await page.keyboard.press("Enter");
    await page.locator(".banner").getByText("You are signed out.").waitFor();
    await page.getByRole("link", { name: "Sign-in required" }).waitFor();
    expect(await page.getByText("The node has not answered since").count()).toBe(0);
    expect(await page.inputValue("#composer"), "the text is not lost").toBe("When?");

    if (refusal === 302) {
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { name: "Signed in" }).waitFor();
    }
    await page.context().close();
    await front.end();
  },
);

test("who is signed in and not allowed is told that, and not to sign in", async ({ browser, node }) => {
  const front = await proxy(node, { guarded: true });
  front.refusal = 403;
  const page = await visit(browser, `${front.url}/sign-in`);
  await page.goto(`${front.url}/kolibri/`);
  await page.context().clearCookies();
  await page.fill("#composer", "When?");
  await page.keyboard.press("Enter");
  await page.locator(".turn").getByText("You are not allowed to do this.").waitFor();
  expect(await page.getByText("You are signed out.").count()).toBe(0);
  expect(await page.inputValue("#composer")).toBe("When?");
  await page.context().close();
  await front.end();
});
