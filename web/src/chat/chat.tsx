// The chat: ask, teach, forget.
import { useEffect, useRef } from "preact/hooks";
import { whileVisible } from "../clock";
import { isReturn } from "../frame/places";
import { words } from "../i18n";
import { useLive } from "../live";
import { genome } from "../node";
import { Screen } from "../ui/screen";
import { useArrival } from "./arrival";
import { Composer } from "./composer";
import { clear, lookAtAnswers, turns } from "./conversation";
import { TurnView } from "./turn";
import { Welcome } from "./welcome";

/** What was scrolled to last, so that Back returns to where one was and not to the end. */
let shownLast = "";

export function Chat({ ask }: { ask: string | null }) {
  const text = words().chat;
  const conversation = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const shown = turns.value;
  useLive(genome);
  useArrival(ask);
  useFates();
  const last = shown.at(-1);
  // Not when an older turn changes: the user is reading it.
  useEffect(() => {
    if (!last) return;
    const now = `${last.id} ${last.outcome.state}`;
    if (now === shownLast && isReturn()) return;
    shownLast = now;
    end.current?.scrollIntoView({ block: "end" });
    const newest = conversation.current?.querySelector(".turn:last-of-type");
    if (newest && isAbove(newest)) newest.scrollIntoView({ block: "start" });
  }, [last?.id, last?.outcome.state]);
  return (
    <div class="chat">
      <Screen title={text.title} quiet>
        <div class="conversation" ref={conversation} role="log" aria-label={text.conversation}>
          {shown.length === 0 ? <Welcome /> : shown.map((turn) => <TurnView key={turn.id} turn={turn} />)}
          {shown.length > 0 && (
            <p class="small muted clear">
              <button type="button" class="quiet small" onClick={clear}>
                {text.clear}
              </button>
              {text.clearNote}
            </p>
          )}
        </div>
        <Composer />
        <div ref={end} />
      </Screen>
    </div>
  );
}

/** How often it is seen whether the genome has grown. Milliseconds. */
const EVERY = 5000;

/** Others may change what was answered: while another screen or another tab is open, and while this one is. */
function useFates(): void {
  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    /** How long the genome was when the answers were looked at. */
    let seen: number | null = null;
    let isLooking = false;
    const look = async () => {
      if (isLooking) return;
      isLooking = true;
      seen = genome.value.peek()?.length ?? null;
      await lookAtAnswers(signal);
      isLooking = false;
    };
    const returned = () => {
      if (document.visibilityState === "visible") void look();
    };
    returned();
    document.addEventListener("visibilitychange", returned, { signal });
    const stop = whileVisible(
      () => {
        if ((genome.value.peek()?.length ?? null) !== seen) void look();
      },
      () => EVERY,
    );
    return () => {
      stop();
      leaving.abort();
    };
  }, []);
}

/** Whether the beginning of an element is above what can be seen of the page, whose upper edge the frame covers. */
function isAbove(element: Element): boolean {
  const edge = Number.parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop);
  return element.getBoundingClientRect().top < edge;
}
