// How the node finds answers to questions in other words: by their meaning, or by words alone.
import type { RecallState } from "../api/types";
import { words } from "../i18n";
import { Progress } from "../ui/progress";
import type { Figure } from "./tile";

export function recall(state: RecallState): Figure {
  const text = words().operations;
  const { model, known, missing, by_words_alone: why } = state;
  if (model == null || why != null) {
    return {
      value: text.byWords,
      // Without a model it is somebody's choice; with one, something is broken.
      tone: model == null ? "neutral" : "bad",
      note: <span lang="en">{why}</span>,
    };
  }
  return {
    value: text.byMeaning,
    tone: known > 0 && missing === 0 ? "good" : "neutral",
    note: <Known {...state} model={model} />,
  };
}

function Known({ model, known, missing }: RecallState & { model: string }) {
  const text = words().operations;
  return (
    <>
      {nameOf(model)}
      {known + missing > 0 && `, ${text.known(known, known + missing)}`}
      {missing > 0 && <Progress label={text.meanings} done={known} total={known + missing} />}
    </>
  );
}

/** The name of a model, without the digest that tells its versions apart. */
function nameOf(model: string): string {
  return model.replace(/\/[0-9a-f]{16}$/, "");
}
