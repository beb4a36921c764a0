// Operations: first what an on-call engineer needs in five seconds, then the last hour, then the drills.

import { Drills } from "../drills/drills";
import { Heatmap } from "../drills/heatmap";
import { BrokenNote } from "../genome/broken";
import { words } from "../i18n";
import { useLive } from "../live";
import { alerts, failedTraces, history, operations, soaks } from "../node";
import { Screen } from "../ui/screen";
import { Alerts } from "./alerts";
import { Charts } from "./charts";
import { Errors } from "./errors";
import { FailedCommands } from "./failed";
import { NotReady } from "./not_ready";
import { Tiles } from "./tiles";
import { Truth } from "./truth";

export function OperationsScreen() {
  useLive(operations);
  useLive(history);
  useLive(alerts);
  useLive(soaks);
  useLive(failedTraces);
  return (
    <Screen title={words().operations.title}>
      <Truth />
      <NotReady />
      <BrokenNote verdict={operations.value.value?.verdict} />
      <Tiles />
      <div class="columns">
        <Alerts />
        <FailedCommands />
      </div>
      <Charts />
      <div class="columns">
        <Errors />
        <Heatmap />
      </div>
      <Drills />
    </Screen>
  );
}
