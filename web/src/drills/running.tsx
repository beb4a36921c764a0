// The running drill.
import { words } from "../i18n";
import { format } from "../i18n/format";
import { addresses } from "../route";
import { PressButton, usePress } from "../ui/press";
import { Progress } from "../ui/progress";
import { progress, stop } from "./progress";

export function Running({ id }: { id: string }) {
  const text = words().drills;
  const press = usePress(() => stop(id));
  const state = progress.value?.id === id ? progress.value : null;
  return (
    <div class="running">
      <p>
        <span class="badge good">{text.states.running}</span>{" "}
        <a href={addresses.soak(id)}>{text.openRunning}</a>
      </p>
      {state && (
        <>
          <Progress
            label={state.phase === "verifying" ? text.verifying : text.title}
            done={state.done}
            total={state.total}
          />
          <p class="small">
            {state.phase === "verifying" ? text.verifying : text.done(state.done, state.total)}
            {" · "}
            {text.rate(state.events_per_second)}
            {state.eta_seconds != null && ` · ${text.left(format().duration(Math.ceil(state.eta_seconds)))}`}
          </p>
        </>
      )}
      <PressButton press={press}>{text.stop}</PressButton>
    </div>
  );
}
