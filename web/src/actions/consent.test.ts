import { beforeEach, expect, test, vi } from "vitest";

const DAY = 86_400_000;

/** Loads the modules anew, as a reload of the page does. */
async function reloaded() {
  vi.resetModules();
  const consent = await import("./consent");
  const { record } = await import("./log");
  const { now } = await import("../clock");
  return { ...consent, record, now };
}

function browserSays(signals: { globalPrivacyControl?: boolean; doNotTrack?: string }): void {
  vi.stubGlobal("navigator", { languages: ["en"], ...signals });
}

const console_ = vi.spyOn(console, "info").mockImplementation(() => {});

beforeEach(() => {
  localStorage.clear();
  console_.mockClear();
  browserSays({});
});

test("nothing is recorded before the choice, nor made up for after it", async () => {
  const { record, choose, undecided } = await reloaded();
  expect(undecided.value).toBe(true);
  record({ action: "chat.ask" });
  choose(true);
  expect(console_).not.toHaveBeenCalled();
  record({ action: "chat.teach" });
  expect(console_).toHaveBeenCalledOnce();
});

test("a line is one string: the mark, then JSON of the vocabulary", async () => {
  const { record, choose } = await reloaded();
  choose(true);
  record({ action: "chat.ask", event: "ASK", status: "2xx", le: 0.01, outcome: "answered" });
  const [line, ...more] = console_.mock.calls[0] ?? [];
  expect(more).toEqual([]);
  expect(line).toMatch(/^\[kolibri\]\[user-action\] \{"v":1,"n":1,"t":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",/);
  expect(JSON.parse(String(line).slice("[kolibri][user-action] ".length))).toMatchObject({
    action: "chat.ask",
    event: "ASK",
    le: 0.01,
  });
});

test("withdrawn, it ends at once", async () => {
  const { record, choose } = await reloaded();
  choose(true);
  choose(false);
  record({ action: "chat.ask" });
  expect(console_).not.toHaveBeenCalled();
});

test("the choice outlives a reload, for half a year", async () => {
  (await reloaded()).choose(true);
  const later = await reloaded();
  expect(later.granted.value).toBe(true);
  later.now.value = Date.now() + 181 * DAY;
  expect(later.granted.value).toBe(true);
  later.now.value = Date.now() + 184 * DAY;
  expect(later.granted.value).toBe(false);
  expect(later.undecided.value).toBe(true);
});

test("a wider vocabulary asks again", async () => {
  localStorage.setItem(
    "kolibri.consent",
    JSON.stringify({ granted: true, vocabulary: 0, day: new Date().toISOString().slice(0, 10) }),
  );
  const { granted, undecided } = await reloaded();
  expect([granted.value, undecided.value]).toEqual([false, true]);
});

test.each([{ globalPrivacyControl: true }, { doNotTrack: "1" }])(
  "%o counts as no, unasked",
  async (signals) => {
    browserSays(signals);
    const { granted, undecided } = await reloaded();
    expect([granted.value, undecided.value]).toEqual([false, false]);
  },
);

test("a consent given before the browser began to say no does not hold; one given despite it does", async () => {
  (await reloaded()).choose(true);
  browserSays({ globalPrivacyControl: true });
  const { granted, choose } = await reloaded();
  expect(granted.value).toBe(false);
  choose(true);
  expect(granted.value).toBe(true);
});

test("what is stored but unreadable is no consent", async () => {
  for (const stored of ["{", "true", "[]", '{"granted":"yes","day":"2026-01-01"}']) {
    localStorage.setItem("kolibri.consent", stored);
    expect((await reloaded()).granted.value, stored).toBe(false);
  }
});

test("withdrawn in another tab, it ends here as well", async () => {
  const { choose, granted, followOtherTabs } = await reloaded();
  followOtherTabs();
  choose(true);
  localStorage.removeItem("kolibri.consent");
  window.dispatchEvent(new StorageEvent("storage", { key: "kolibri.consent" }));
  expect(granted.value).toBe(false);
});
