import { expect, test } from "vitest";
import { addresses, failuresPath, parse, RANGES } from "./route";

test("every address leads to its screen", () => {
  expect(parse("")).toEqual({ screen: "chat", ask: null });
  expect(parse("#/")).toEqual({ screen: "chat", ask: null });
  expect(parse("#/genome")).toEqual({ screen: "genome", block: null, until: null });
  expect(parse("#/genome/302")).toEqual({ screen: "genome", block: 302, until: null });
  expect(parse(addresses.blockOn(302, 320))).toEqual({ screen: "genome", block: 302, until: 320 });
  expect(parse(addresses.until(99))).toEqual({ screen: "genome", block: null, until: 99 });
  expect(parse("#/operations")).toEqual({
    screen: "operations",
    soak: null,
    range: "1h",
    repeat: null,
  });
  expect(parse(addresses.soak("a1"))).toEqual({ screen: "operations", soak: "a1" });
  expect(parse("#/settings")).toEqual({ screen: "settings" });
});

test("the range, a drill to repeat and a section of the runbook are in the address", () => {
  for (const range of RANGES) expect(parse(addresses.range(range))).toMatchObject({ soak: null, range });
  expect(parse("#/operations?range=99y")).toMatchObject({ range: "1h" });
  expect(parse(addresses.repeat("a1"))).toMatchObject({ soak: null, repeat: "a1" });
  expect(parse("#/runbook")).toEqual({ screen: "runbook", section: null });
  const section = "проверить-геном";
  expect(parse(addresses.runbook(section))).toEqual({ screen: "runbook", section });
  expect(parse(`#/runbook/${section}`)).toEqual({ screen: "runbook", section });
  expect(parse("#/runbook/%zz")).toEqual({ screen: "runbook", section: "%zz" });
});

test("a question in an address may end with question marks, and more may follow", () => {
  expect(parse("#/?ask=Why? What?")).toEqual({ screen: "chat", ask: "Why? What?" });
  expect(parse("#/?ask=Why?")).toEqual({ screen: "chat", ask: "Why?" });
  expect(parse("#/?ask=a%3Fb%26c")).toEqual({ screen: "chat", ask: "a?b&c" });
  expect(parse("#/knowledge?q=why?&order=asked")).toMatchObject({ filter: { q: "why?", order: "asked" } });
});

test("the links of alerts and of the log lead to traces", () => {
  expect(parse(addresses.lastFailed)).toEqual({ screen: "traces", trace: "latest", outcome: "failed" });
  expect(parse("#/traces/latest")).toEqual({ screen: "traces", trace: "latest", outcome: null });
  const id = "4bf92f3577b34da6a3ce929d0e0e4736";
  expect(parse(addresses.trace(id))).toEqual({ screen: "traces", trace: id, outcome: null });
});

test("what failed in some time has an address, and the node reads the times", () => {
  const between = parse("#/traces/failed?since=1795710600&until=2026-11-26T16:30:00%2B03:00");
  const span = { since: "1795710600", until: "2026-11-26T16:30:00+03:00" };
  expect(between).toEqual({ screen: "traces", trace: "failed", ...span });
  expect(failuresPath(span)).toBe("traces/failed?since=1795710600&until=2026-11-26T16%3A30%3A00%2B03%3A00");
  const ever = parse(addresses.failed);
  expect(ever).toEqual({ screen: "traces", trace: "failed", since: null, until: null });
  expect(failuresPath({ since: null, until: null })).toBe("traces/failed");
  expect(failuresPath({ since: "1&limit=0", until: null })).toBe("traces/failed?since=1%26limit%3D0");
});

test("other addresses lead nowhere, and nothing of them is called at the node", () => {
  for (const hash of [
    "#/x",
    "#/genome/-1",
    "#/genome/1/2",
    "#/genome/0x10",
    "#/traces/../genome",
    "#/traces/ABC",
    "#/traces/failed/1",
  ]) {
    expect(parse(hash), hash).toEqual({ screen: "nowhere" });
  }
});
