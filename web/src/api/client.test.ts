import { afterEach, expect, test, vi } from "vitest";
import { call, newTrace } from "./client";
import { connection } from "./connection";
import { adoptToken, dropToken, refused } from "./token";

afterEach(() => {
  vi.unstubAllGlobals();
  dropToken();
});

/** Answers every request: with JSON as the node does, with HTML as a proxy does. */
function answer(status: number, body: string): ReturnType<typeof vi.fn> {
  const json = status < 400 ? "application/json" : "application/problem+json";
  const text = body.startsWith("<") ? "text/html; charset=utf-8" : "text/plain";
  const headers = { "content-type": body.startsWith("{") ? json : text };
  const fetched = vi.fn(async (_url: string, _init: RequestInit) => new Response(body, { status, headers }));
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

test("what a proxy says in place of the node is told apart", async () => {
  for (const [status, body, kind, state] of [
    [502, "<html>Bad gateway</html>", "unreachable", "down"],
    [200, "<html>Log in</html>", "signed_out", "signed-out"],
    [401, "<html>Unauthorized</html>", "signed_out", "signed-out"],
    [403, "<html>Forbidden</html>", "not_allowed_by_proxy", "up"],
    [413, "<html>Too large</html>", "text_too_large_for_proxy", "up"],
    [413, "413 Request Entity Too Large", "text_too_large_for_proxy", "up"],
    [429, "<html>Slow down</html>", "too_many_for_proxy", "up"],
    [404, "<html>Not found</html>", "refused_by_proxy", "up"],
    [400, "", "refused_by_proxy", "up"],
    [502, "", "unreachable", "down"],
  ] as const) {
    answer(200, "{}");
    await call("genome");
    answer(status, body);
    const reply = await call("ask");
    expect(!reply.ok && reply.problem.kind, body).toBe(kind);
    expect(connection.value.state).toBe(state);
  }
  answer(200, "{}");
  await call("genome");
  expect(connection.value.state).toBe("up");
});

test("a file that is too large for a proxy is told as one", async () => {
  answer(413, "<html>Too large</html>");
  const reply = await call("import:preview", { method: "POST", file: new Blob(["a"]) });
  expect(!reply.ok && reply.problem.kind).toBe("file_too_large_for_proxy");
});

test("who signed in again and is not allowed is not told to sign in", async () => {
  answer(401, "<html>Unauthorized</html>");
  await call("genome");
  expect(connection.value.state).toBe("signed-out");
  answer(403, "<html>Forbidden</html>");
  await call("genome");
  expect(connection.value.state).toBe("unknown");
});

test("a proxy knows people by their cookie, and a redirect is no answer", async () => {
  const fetched = answer(200, "{}");
  await call("genome");
  expect(fetched.mock.calls[0]?.[1]).toMatchObject({ credentials: "same-origin", redirect: "manual" });
  vi.stubGlobal("fetch", async () =>
    Object.defineProperty(Response.error(), "type", { value: "opaqueredirect" }),
  );
  const reply = await call("genome");
  expect(!reply.ok && reply.problem.kind).toBe("signed_out");
});

test("a success without JSON is no success, and one that breaks off is no answer", async () => {
  answer(200, "not JSON");
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
  late(new Response("{}", { status: 401, headers: { "content-type": "application/problem+json" } }));
  expect((await reply).ok).toBe(false);
  expect([refused.value, connection.value.state]).toEqual([false, "up"]);
});
