import { expect, test } from "vitest";
import type { ImportPreview } from "../api/types";
import { columnsOf } from "./columns";

const PREVIEW: ImportPreview = {
  format: "json",
  encoding: "UTF-8",
  columns: [],
  counts: { new: 0, replaced: 0, unchanged: 0, too_long: 0, failed: 2 },
  repeated: 0,
  first_faults: [],
  sample: [],
};

test("the columns that the node found are offered", () => {
  expect(columnsOf({ ...PREVIEW, columns: ["Question", "Answer"] }, null)).toEqual(["Question", "Answer"]);
});

test("when the columns are not clear, those that the node names are offered, once each", () => {
  const detail =
    "no column for the answer; the columns are `Nr`, `Antw`, `Frage`; name one of them, or give its number";
  expect(columnsOf(null, { kind: "unreadable_file", detail, status: 422, trace: null })).toEqual([
    "Nr",
    "Antw",
    "Frage",
  ]);
  const problem =
    "there is no answer among the fields `Frage`, `Antw`; name its field with the answer option";
  const first_faults = [1, 2].map((row) => ({ row, problem }));
  expect(columnsOf({ ...PREVIEW, first_faults }, null)).toEqual(["Frage", "Antw"]);
});

test("nothing is offered where nothing is known", () => {
  expect(columnsOf(null, null)).toEqual([]);
});
