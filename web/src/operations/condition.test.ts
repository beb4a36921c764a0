import { expect, test } from "vitest";
import type { Condition, OperationsState } from "../api/types";
import { words } from "../i18n";
import { language } from "../settings/preferences";
import { advice, runbookLink, sentence } from "./condition";

const NOW = Date.parse("2026-11-26T06:30:00Z");
const SINCE = "2026-11-26T06:18:00Z";

function say(
  kind: Condition["kind"],
  rest: Partial<Condition> = {},
  problems: OperationsState["problems"] = [],
): string {
  return sentence({ condition: { level: "failing", kind, sentence: "", ...rest }, problems }, NOW);
}

/** As the browser's zone has it. */
const CLOCK = new Date(SINCE).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

test("what is wrong is told with a figure, a time and a cause, in both languages", () => {
  const failing = { share: 0.52, since: SINCE, cause: "store_failed" };
  language.choose("en");
  expect(say("commands_fail", failing)).toBe(
    `52% of people's commands fail since ${CLOCK}. The genome could not be written. The node accepts nothing until it can be read back and written again.`,
  );
  language.choose("ru");
  expect(say("commands_fail", failing).replace(/\s/g, " ")).toBe(
    `Не выполняется 52 % команд пользователей с ${CLOCK}. ${words().traces.reasons.store_failed.what}`,
  );
});

test("every kind has words of its own in each language", () => {
  const kinds = [
    "healthy",
    "commands_fail",
    "not_ready",
    "genome_broken",
    "alert_fires",
    "alerts_unknown",
    "disk_fills",
    "traces_lost",
    "clock_behind",
    "words_alone",
    "not_counted",
  ] as const;
  const said = (["en", "ru"] as const).flatMap((spoken) => {
    language.choose(spoken);
    return kinds.map((kind) => say(kind, { number: 7 }));
  });
  expect(new Set(said).size).toBe(2 * kinds.length);
});

test("no line has words of the node, in English, on a Russian page", () => {
  language.choose("ru");
  const english = /[a-z]{3,} [a-z]{2,}/;
  const cause = "the node said this in English";
  const problems = [{ kind: "index_catching_up", detail: cause }] as const;
  for (const kind of [
    "not_ready",
    "genome_broken",
    "alerts_unknown",
    "disk_fills",
    "traces_lost",
    "clock_behind",
    "words_alone",
    "not_counted",
  ] as const) {
    expect(say(kind, { number: 7, cause, also_broken: 3 }, [...problems])).not.toMatch(english);
  }
  expect(say("not_ready", { cause }, [...problems])).toBe(
    "Узел не готов. Поисковый индекс ещё догоняет геном. Нужно только подождать.",
  );
  expect(say("not_ready", { also_broken: 3 }, [...problems])).toContain(
    "подождать. Геном повреждён в блоке 3",
  );
});

test("what is not nothing is never 0 %, and an older time has its day", () => {
  language.choose("en");
  expect(say("some_commands_fail", { share: 0.00001 })).toContain("< 0.1%");
  expect(say("not_ready", { since: "2026-11-20T12:00:00Z" })).toContain("20 Nov, ");
});

test("an alert that fires is told with its target, and what to do about it", () => {
  const fires = {
    level: "degraded",
    kind: "alert_fires",
    sentence: "",
    cause: "KolibriDiskFilling (a:9464)",
  } as const;
  language.choose("en");
  expect(say("alert_fires", { ...fires, since: SINCE, number: 2 })).toBe(
    `KolibriDiskFilling (a:9464) fires since ${CLOCK}, and 2 other alerts`,
  );
  expect(advice(fires)).toBe("#/runbook/kolibridiskfilling");
  language.choose("ru");
  expect(say("alert_fires", { ...fires, since: SINCE, number: 1 })).toBe(
    `Сработал алерт KolibriDiskFilling (a:9464), с ${CLOCK}, и ещё 1 алерт`,
  );
  expect(advice({ level: "failing", kind: "not_ready", sentence: "" })).toBe("#/runbook/kolibrinotready");
  expect(advice({ level: "healthy", kind: "healthy", sentence: "" })).toBeNull();
});

test("the link of an alert to the runbook of a node leads to its section here, and any other link stays", () => {
  for (const url of [
    "http://a:8080/runbook#kolibrinotready",
    "https://b.example/x/runbook/ru#kolibrinotready",
  ])
    expect(runbookLink(url)).toBe("#/runbook/kolibrinotready");
  for (const url of ["https://example.org/runbook", "https://wiki.example/runbooks#kolibrinotready"])
    expect(runbookLink(url)).toBe(url);
});
