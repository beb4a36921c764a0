// Drills: the running one, the form to start one, and the past ones.
import { useEffect } from "preact/hooks";
import { words } from "../i18n";
import { soaks } from "../node";
import { Panel } from "../ui/panel";
import { ProblemNote } from "../ui/problem";
import { Reading } from "../ui/reading";
import { DrillList } from "./list";
import { followDrill, refusal } from "./progress";
import { Running } from "./running";
import { StartForm } from "./start";

export function Drills({ repeat }: { repeat: string | null }) {
  const text = words().drills;
  useEffect(followDrill, []);
  return (
    <Panel title={text.title}>
      <p class="muted">{text.explain}</p>
      <Reading source={soaks}>
        {(known) => (
          <>
            {known.running ? <Running id={known.running} /> : <StartForm repeat={repeat} />}
            {refusal.value && <ProblemNote problem={refusal.value} urgent />}
            {known.soaks.length === 0 ? <p class="muted">{text.never}</p> : <DrillList soaks={known.soaks} />}
          </>
        )}
      </Reading>
    </Panel>
  );
}
