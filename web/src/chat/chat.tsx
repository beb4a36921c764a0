// The chat: ask, teach, forget.
import { useEffect, useRef } from "preact/hooks";
import { words } from "../i18n";
import { useLive } from "../live";
import { genome } from "../node";
import { Screen } from "../ui/screen";
import { Composer } from "./composer";
import { clear, turns } from "./conversation";
import { TurnView } from "./turn";
import { Welcome } from "./welcome";

export function Chat() {
  const text = words().chat;
  const end = useRef<HTMLDivElement>(null);
  const shown = turns.value;
  useLive(genome);
  useEffect(() => {
    if (shown.length > 0) end.current?.scrollIntoView({ block: "end" });
  }, [shown]);
  return (
    <div class="chat">
      <Screen title={text.title} quiet>
        <div class="conversation" role="log" aria-label={text.conversation}>
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
