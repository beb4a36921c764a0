// What the chat shows before the first message: on an empty node, a hint to teach it something.
import { words } from "../i18n";
import { genome } from "../node";
import { draft } from "./composer";

/** A genome of one block has only its GENESIS. */
const FRESH = 1;

export function Welcome() {
  const text = words().chat;
  const length = genome.value.value?.length;
  if (length === undefined) return null;
  if (length > FRESH) {
    return (
      <div class="welcome">
        <h2>{text.start}</h2>
        <p>{text.startAdvice}</p>
      </div>
    );
  }
  const use = () => {
    draft.value = text.welcomeExample;
    document.getElementById("composer")?.focus();
  };
  return (
    <div class="welcome">
      <h2>{text.welcome}</h2>
      <p>{text.welcomeTeach}</p>
      <p class="example">
        <code>{text.welcomeExample}</code>
        <button type="button" onClick={use}>
          {text.welcomeUse}
        </button>
      </p>
      <p>{text.welcomeThen}</p>
    </div>
  );
}
