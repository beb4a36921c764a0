// Operations: first what an on-call engineer needs in five seconds, then the past, then the drills.
import { useMemo } from "preact/hooks";
import { call } from "../api/client";
import type { History } from "../api/types";
import { Drills } from "../drills/drills";
import { Heatmap } from "../drills/heatmap";
import { BrokenNote } from "../genome/broken";
import { words } from "../i18n";
import { live, useLive } from "../live";
import { alerts, lately, operations, soaks } from "../node";
import type { Range } from "../route";
import { Screen } from "../ui/screen";
import { Zone } from "../ui/time";
import { Alerts } from "./alerts";
import { Charts } from "./charts";
import { Errors } from "./errors";
import { FailedCommands } from "./failed";
import { NotReady } from "./not_ready";
import { Tiles } from "./tiles";
import { Truth } from "./truth";

/** Milliseconds. */
const RENEW = 10_000;

interface Props {
  range: Range;
  /** The drill whose parameters the form takes. */
  repeat: string | null;
}

export function OperationsScreen({ range, repeat }: Props) {
  useLive(operations);
  useLive(lately);
  useLive(alerts);
  useLive(soaks);
  const past = useLive(
    useMemo(
      () => live<History>((signal) => call(`operations/history?range=${range}`, { signal }), RENEW),
      [range],
    ),
  );
  return (
    <Screen title={words().operations.title} aside={<Zone />}>
      <Truth />
      <NotReady />
      <BrokenNote verdict={operations.value.value?.verdict} />
      <Tiles />
      <div class="columns">
        <Alerts />
        <FailedCommands range={range} />
      </div>
      <Charts past={past} range={range} />
      <div class="columns">
        <Errors past={past} range={range} />
        <Heatmap />
      </div>
      <Drills repeat={repeat} />
    </Screen>
  );
}
