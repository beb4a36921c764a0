import { afterEach, expect, test, vi } from "vitest";
import { call, newTrace } from "./client";
import { connection } from "./connection";
import { adoptToken, dropToken, refused } from "./token";

afterEach(() => {
  vi.unstubAllGlobals();
  dropToken();
});

function answer(status: number, body: string): ReturnType<typeof vi.fn> {
  const fetched = vi.fn(async (_url: string, _init: RequestInit) => new Response(body, { status }));
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

test("a command carries its trace id and its text in the body, and the token in a header", async () => {
  const fetched = answer(200, "{}");
  adoptToken("correct-horse", false);
  const trace = newTrace();
  await call("ask", { method: "POST", body: { stimulus: "secret" }, trace });
  const [url, init] = fetched.mock.calls[0] as [string, { headers: Headers; body: string }];
  expect(url).toBe("api/v1/ask");
  expect(init.headers.get("traceparent")).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
  expect(init.headers.get("authorization")).toBe("Bearer correct-horse");
  expect(JSON.parse(init.body)).toEqual({ stimulus: "secret" });
});

test("a problem document becomes its kind, with the trace", async () => {
  answer(
    503,
    '{"type":"urn:kolibri:problem:queue_full","title":"","status":503,"detail":"busy","trace_id":"ab"}',
  );
  const reply = await call("ask");
  expect(reply).toEqual({
    ok: false,
    problem: { kind: "queue_full", detail: "busy", status: 503, trace: "ab" },
  });
  expect(connection.value.state).toBe("up");
});

test("an answer that is no problem document is told apart", async () => {
  answer(502, "<html>Bad gateway</html>");
  const reply = await call("ask");
  expect(!reply.ok && reply.problem.kind).toBe("unreadable_answer");
});

test("a success without JSON is no success, and one that breaks off is no answer", async () => {
  answer(200, "<html>Log in to the proxy</html>");
  const replaced = await call("genome");
  expect(!replaced.ok && replaced.problem.kind).toBe("unreadable_answer");
  const broken = new ReadableStream({ start: (stream) => stream.error(new TypeError("network error")) });
  vi.stubGlobal("fetch", async () => new Response(broken, { status: 200 }));
  const cut = await call("genome");
  expect(!cut.ok && cut.problem.kind).toBe("unreachable");
});

test("a token that is missing or wrong locks the page", async () => {
  answer(401, '{"type":"urn:kolibri:problem:unauthorized"}');
  await call("genome");
  expect(connection.value.state).toBe("locked");
});

test("no answer at all: the node is gone, until it answers again", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  const reply = await call("genome");
  expect(!reply.ok && reply.problem.kind).toBe("unreachable");
  expect(connection.value.state).toBe("down");
  answer(200, "{}");
  await call("genome");
  expect(connection.value.state).toBe("up");
});

test("a request that the page itself gave up says nothing about the node", async () => {
  answer(200, "{}");
  await call("genome");
  vi.stubGlobal("fetch", (_: string, { signal }: { signal: AbortSignal }) => Promise.reject(signal.reason));
  await call("genome", { signal: AbortSignal.abort() });
  expect(connection.value.state).toBe("up");
});

test("a token goes to session storage only when it shall be kept, and never to local storage", () => {
  adoptToken("correct-horse", false);
  expect(JSON.stringify({ ...sessionStorage })).not.toContain("correct-horse");
  adoptToken("correct-horse", true);
  expect(JSON.stringify({ ...sessionStorage })).toContain("correct-horse");
  dropToken();
  expect(JSON.stringify({ ...sessionStorage, ...localStorage })).not.toContain("correct-horse");
});

test("a token is refused by the answer to it, not by a late answer to another", async () => {
  answer(401, "{}");
  adoptToken("wrong", false);
  await call("genome");
  expect([refused.value, connection.value.state]).toEqual([true, "locked"]);
  adoptToken("right", false);
  expect(refused.value).toBe(false);
  answer(200, "{}");
  await call("genome");
  expect([refused.value, connection.value.state]).toEqual([false, "up"]);

  let late = (_: Response) => {};
  vi.stubGlobal(
    "fetch",
    () =>
      new Promise<Response>((resolve) => {
        late = resolve;
      }),
  );
  adoptToken("wrong", false);
  const reply = call("genome");
  adoptToken("right", false);
  late(new Response("{}", { status: 401 }));
  expect((await reply).ok).toBe(false);
  expect([refused.value, connection.value.state]).toEqual([false, "up"]);
});
