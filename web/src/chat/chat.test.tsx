import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fates } from "../knowledge/fate";
import { language } from "../settings/preferences";
import { Chat } from "./chat";
import { ask, clear } from "./conversation";

const root = document.createElement("div");
let forgotten: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  language.choose("en");
  fates.value = new Map();
  clear();
  forgotten = false;
  Element.prototype.scrollIntoView = () => {};
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  vi.stubGlobal("fetch", async (path: string) => {
    const source = { index: 1, hash: "" };
    const taught = "2026-01-02T03:04:05Z";
    if (path.endsWith("/ask"))
      return Response.json({ match: "exact", how: "exact", answer: "4711", source, taught, suggestions: [] });
    if (path.includes("/versions"))
      return Response.json({ versions: [], total: 1, current: forgotten ? null : 1 });
    return Response.json({ length: forgotten ? 5 : 3, chain: "whole" });
  });
});

afterEach(async () => {
  await act(() => render(null, root));
  vi.useRealTimers();
});

test("an answer that somebody forgets is gone from an open conversation within seconds", async () => {
  await act(() => render(<Chat ask={null} />, root));
  await act(async () => void (await ask("Door code?")));
  const pass = () => act(async () => void (await vi.advanceTimersByTimeAsync(16_000)));
  await pass();
  expect(root.textContent).toContain("4711");
  forgotten = true;
  await pass();
  expect(root.textContent).toContain("Forgotten since");
  expect(root.textContent).not.toContain("4711");
});
