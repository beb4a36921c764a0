// The frame around every screen: navigation, the node's state, and messages that belong on every screen.
import { useEffect } from "preact/hooks";
import { ConsentBanner } from "./actions/banner";
import { record } from "./actions/log";
import { Chat } from "./chat/chat";
import { DrillScreen } from "./drills/screen";
import { NodeBadge } from "./frame/badge";
import { ConnectionBanner } from "./frame/connection";
import { Navigation } from "./frame/navigation";
import { Nowhere } from "./frame/nowhere";
import { Unlock } from "./frame/unlock";
import { GenomeScreen } from "./genome/screen";
import { words } from "./i18n";
import { KnowledgeScreen } from "./knowledge/screen";
import { useLive } from "./live";
import { operations } from "./node";
import { OperationsScreen } from "./operations/screen";
import { addresses, goTo, type Route, route } from "./route";
import { RunbookScreen } from "./runbook/screen";
import { SettingsScreen } from "./settings/screen";
import { FailedScreen } from "./traces/failed";
import { TraceScreen } from "./traces/screen";
import { useSlash } from "./ui/slash";

export function App() {
  const at = route.value;
  // The heartbeat: it shows on every screen whether the node is there.
  useLive(operations);
  useSlash(toQuestion);
  useEffect(() => record({ action: "screen.open", screen: at.screen }), [at.screen]);
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: it leads to a place in the page, but the address names the screen. */}
      <a class="skip" href="#content" onClick={skip}>
        {words().common.skip}
      </a>
      <header class="frame">
        <Navigation screen={at.screen} />
        <NodeBadge />
      </header>
      <ConnectionBanner />
      <Unlock />
      <main id="content" tabIndex={-1}>
        <Current at={at} />
      </main>
      <ConsentBanner />
    </>
  );
}

/** Knowledge has a field of its own. */
function toQuestion(): void {
  const { screen } = route.peek();
  if (screen === "knowledge") return;
  if (screen !== "chat") goTo(addresses.chat);
  // The screen is built before the next frame.
  requestAnimationFrame(() => document.getElementById("composer")?.focus());
}

function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function Current({ at }: { at: Route }) {
  switch (at.screen) {
    case "chat":
      return <Chat ask={at.ask} />;
    case "knowledge":
      return <KnowledgeScreen filter={at.filter} opened={at.opened} />;
    case "genome":
      return <GenomeScreen block={at.block} until={at.until} />;
    case "operations":
      if (at.soak !== null) return <DrillScreen key={at.soak} id={at.soak} />;
      return <OperationsScreen range={at.range} repeat={at.repeat} />;
    case "runbook":
      return <RunbookScreen section={at.section} />;
    case "traces":
      if ("since" in at) {
        return <FailedScreen key={`${at.since} ${at.until}`} since={at.since} until={at.until} />;
      }
      return <TraceScreen key={`${at.trace} ${at.outcome}`} trace={at.trace} outcome={at.outcome} />;
    case "settings":
      return <SettingsScreen />;
    case "nowhere":
      return <Nowhere />;
  }
}
