// One drill, in full.
import { useEffect, useMemo } from "preact/hooks";
import { record } from "../actions/log";
import { call } from "../api/client";
import type { Soak } from "../api/types";
import { words } from "../i18n";
import { live, useLive } from "../live";
import { soaks } from "../node";
import { addresses } from "../route";
import { Panel } from "../ui/panel";
import { ProblemNote } from "../ui/problem";
import { Reading } from "../ui/reading";
import { Screen } from "../ui/screen";
import { followDrill, refusal } from "./progress";
import { Report } from "./report";
import { Running } from "./running";

export function DrillScreen({ id }: { id: string }) {
  const text = words().drills;
  const source = useLive(
    useMemo(() => live<Soak>((signal) => call(`soaks/${encodeURIComponent(id)}`, { signal }), 5000), [id]),
  );
  useLive(soaks);
  useEffect(followDrill, []);
  useEffect(() => record({ action: "drill.open" }), []);
  const running = soaks.value.value?.running === id;
  useEffect(() => {
    if (!running) void source.refresh();
  }, [running, source]);
  return (
    <div class="narrow">
      <Screen title={text.one} aside={<a href={addresses.operations}>{words().common.operations}</a>}>
        {running && (
          <Panel title={text.states.running}>
            <Running id={id} />
            {refusal.value && <ProblemNote problem={refusal.value} urgent />}
          </Panel>
        )}
        <Reading source={source}>{(soak) => <Report soak={soak} />}</Reading>
      </Screen>
    </div>
  );
}
