// The consent, with everything that may be recorded.
import { ConsentButtons } from "../actions/banner";
import { browserRefuses, choose, granted, undecided } from "../actions/consent";
import { ACTIONS, BOUNDS, EVENTS, OUTCOMES, SCREENS, STATUSES } from "../actions/vocabulary";
import { words } from "../i18n";
import { Panel } from "../ui/panel";
import { Table } from "../ui/table";

export function ConsentSettings() {
  const text = words().settings;
  return (
    <Panel title={words().actions.title}>
      <p>{text.logExplain}</p>
      <p role="status">
        <span class={granted.value ? "badge good" : "badge"}>{granted.value ? text.logOn : text.logOff}</span>{" "}
        {state()}
      </p>
      {granted.value ? (
        <button type="button" onClick={() => choose(false)}>
          {text.withdraw}
        </button>
      ) : (
        <ConsentButtons />
      )}
      <h3>{text.recorded}</h3>
      <Vocabulary />
      <h3>{text.never}</h3>
      <p>{text.neverList}</p>
      <h3>{text.exampleLine}</h3>
      <pre>
        <code>{EXAMPLE}</code>
      </pre>
      <p class="small muted">{text.matching}</p>
    </Panel>
  );
}

const EXAMPLE = `[kolibri][user-action] ${JSON.stringify({
  v: 1,
  n: 3,
  t: "2026-11-24T14:03:07Z",
  action: "chat.ask",
  event: "ASK",
  req: "4bf92f3577b34da6a3ce929d0e0e4736",
  status: "2xx",
  le: 0.025,
  outcome: "answered",
})}`;

function state(): string {
  const text = words().settings;
  if (granted.value) return text.granted;
  if (browserRefuses()) return text.browserRefuses;
  return undecided.value ? text.undecided : text.refused;
}

function Vocabulary() {
  const text = words().settings;
  const list = (values: readonly (string | number)[]) => <code>{values.join(", ")}</code>;
  const rows = [
    { field: "v, n, t", meaning: text.fieldLine, values: text.valuesLine },
    { field: "action", meaning: text.fieldAction, values: list(ACTIONS) },
    { field: "screen", meaning: text.fieldScreen, values: list(SCREENS) },
    { field: "event", meaning: text.fieldEvent, values: list(EVENTS) },
    { field: "req", meaning: text.fieldReq, values: text.valuesReq },
    { field: "status", meaning: text.fieldStatus, values: list(STATUSES) },
    { field: "le", meaning: text.fieldLe, values: list([...BOUNDS, "+Inf"]) },
    { field: "outcome", meaning: text.fieldOutcome, values: list(OUTCOMES) },
  ];
  return (
    <Table
      caption={text.recorded}
      rows={rows}
      rowKey={({ field }) => field}
      columns={[
        { title: text.field, cell: ({ field }) => <code>{field}</code>, heads: true },
        { title: text.meaning, cell: ({ meaning }) => meaning },
        { title: text.values, cell: ({ values }) => values },
      ]}
    />
  );
}
