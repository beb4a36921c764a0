import type { runbook as source } from "../en/runbook";

export const runbook: typeof source = {
  title: "Ранбук",
  contents: "Содержание",
  noSection: "Такого раздела в ранбуке нет. Выберите раздел из содержания.",
};
