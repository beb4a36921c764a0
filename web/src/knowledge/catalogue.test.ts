import { afterEach, expect, test, vi } from "vitest";
import { catalogue } from "./catalogue";
import { EVERYTHING, type Filter } from "./place";

const ALL = Array.from({ length: 300 }, (_, index) => `Question ${300 - index}`);

/** A node that knows `all`, newest first; its cursor counts. */
function node(all = ALL) {
  const asked: URLSearchParams[] = [];
  vi.stubGlobal("fetch", async (path: string) => {
    const query = new URL(path, "http://node/").searchParams;
    asked.push(query);
    const from = Number(query.get("cursor") ?? 0);
    const to = from + Number(query.get("limit"));
    const associations = all.slice(from, to).map((stimulus) => ({ stimulus }));
    const next = to < all.length ? String(to) : null;
    return Response.json({ associations, next, total: all.length, unreadable: 0, caught_up: true });
  });
  return asked;
}

let lists = 0;

/** A list that no other test had. */
function fresh() {
  lists += 1;
  return catalogue({ ...EVERYTHING, q: `list ${lists}` });
}

const shown = (list: ReturnType<typeof catalogue>) =>
  list.source.value.value?.rows.map(({ stimulus }) => stimulus) ?? [];

afterEach(() => {
  vi.useRealTimers();
});

test("one page is read, then as many as are asked for; reading again keeps them", async () => {
  const asked = node();
  const list = fresh();
  await list.source.refresh();
  expect(shown(list)).toEqual(ALL.slice(0, 50));
  expect(await list.more()).toBeNull();
  expect(shown(list)).toEqual(ALL.slice(0, 150));
  asked.length = 0;
  await list.source.refresh();
  expect(shown(list)).toEqual(ALL.slice(0, 150));
  expect(asked.map((query) => query.get("limit"))).toEqual(["100", "50"]);
});

test("at the end there is no more", async () => {
  node(ALL.slice(0, 60));
  const list = fresh();
  await list.source.refresh();
  await list.more();
  expect(shown(list)).toEqual(ALL.slice(0, 60));
  expect(list.source.value.value?.next).toBeNull();
});

test("what moved to the next page because something was taught is not shown twice", async () => {
  node();
  const list = fresh();
  await list.source.refresh();
  node(["Question 301", ...ALL]);
  await list.more();
  expect(new Set(shown(list)).size).toBe(shown(list).length);
});

test("the node is asked for what the filter says", async () => {
  vi.useFakeTimers({ now: Date.parse("2026-11-27T12:00:00Z"), toFake: ["Date"] });
  const asked = node();
  await catalogue({ q: " restart pay ", order: "asked", asked: "never", since: "week" }).source.refresh();
  expect(Object.fromEntries(asked[0] ?? [])).toEqual({
    q: "restart pay",
    order: "asked",
    asked: "never",
    since: "2026-11-20T12:00:00.000Z",
    limit: "50",
  });
});

test("whoever comes back finds the list as it was", async () => {
  node();
  const filter: Filter = { ...EVERYTHING, q: "back" };
  const list = catalogue(filter);
  await list.source.refresh();
  await list.more();
  expect(shown(catalogue({ ...filter }))).toHaveLength(150);
});
