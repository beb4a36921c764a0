// `#/?ask=...` asks on arrival: for links in wikis and alerts. Each visit of such an address asks once, and coming back to it by
// Back does not ask again. The question is behind the `#`, so no server on the way sees it in the address.
import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { connection } from "../api/connection";
import { MAX_STIMULUS } from "../api/limits";
import { visit } from "../frame/places";
import { draft } from "./composer";
import { ask } from "./conversation";
import { bytesOf } from "./lesson";

/** The visits whose question was asked. After a reload they are unknown, and so is the conversation. */
const asked = new Set<string>();

export function useArrival(question: string | null): void {
  useEffect(() => {
    if (question === null || asked.has(visit())) return;
    const written = question.trim();
    if (written === "" || bytesOf(written) > MAX_STIMULUS) {
      asked.add(visit());
      draft.value = question;
      return;
    }
    // Not before the node is there, and its token known.
    return effect(() => {
      if (connection.value.state !== "up" || asked.has(visit())) return;
      asked.add(visit());
      void ask(written);
    });
  }, [question]);
}

/** The address that asks this. */
export function linkTo(question: string): string {
  return new URL(`#/?ask=${encodeURIComponent(question)}`, location.href).href;
}
