// The alerts as Prometheus sees them. No alerts is good news only while Prometheus confirms it.
import type { Alert, Alerts as State } from "../api/types";
import { words } from "../i18n";
import { alerts } from "../node";
import { addresses } from "../route";
import { Panel } from "../ui/panel";
import { Reading } from "../ui/reading";
import { Time } from "../ui/time";
import { runbookLink } from "./condition";

export function Alerts() {
  return (
    <Panel title={words().operations.alerts}>
      <Reading source={alerts}>{(state) => <AlertsState state={state} />}</Reading>
    </Panel>
  );
}

function AlertsState({ state }: { state: State }) {
  const text = words().operations;
  if ("variable" in state) {
    return (
      <>
        <p>{text.alertsOff}</p>
        <p>
          <code>{state.variable}=http://127.0.0.1:9090</code>
        </p>
        <p class="small muted">
          {text.alertsOffMore} <a href={addresses.runbook(null)}>{text.runbook}</a>
        </p>
      </>
    );
  }
  if (!state.reachable) {
    return (
      <div class="note bad" role="alert">
        <p>
          <strong>{text.alertsUnreachable}</strong> {text.alertsUnreachableMore}
        </p>
        {state.problem && (
          <p class="small">
            <q lang="en">{state.problem}</q>
          </p>
        )}
      </div>
    );
  }
  if (state.alerts.length === 0) {
    // Old data is never green.
    return <p class={alerts.stale.value ? undefined : "good-text"}>{text.noAlerts}</p>;
  }
  return (
    <div role="alert">
      <ul class="alerts">
        {state.alerts.map((alert) => (
          <AlertView key={`${alert.name} ${alert.since}`} alert={alert} />
        ))}
      </ul>
    </div>
  );
}

function AlertView({ alert }: { alert: Alert }) {
  const text = words().operations;
  const firing = alert.state === "firing";
  const links: [string, string | null | undefined][] = [
    [text.runbook, alert.runbook_url],
    [text.dashboard, alert.dashboard_url],
    [text.trace, alert.trace_url],
  ];
  return (
    <li class={firing ? "note bad" : "note"}>
      <p>
        <span class={firing ? "badge bad" : "badge"}>{firing ? text.firing : text.pending}</span>{" "}
        <strong>{alert.name}</strong>{" "}
        <span class="small">
          {alert.instance && <code>{alert.instance}</code>}{" "}
          {alert.since && (
            <>
              {text.since} <Time at={alert.since} short />
            </>
          )}
        </span>
      </p>
      <Summary alert={alert} />
      {alert.description && (
        <p class="small" lang="en">
          {alert.description}
        </p>
      )}
      <p class="links">
        {links.map(([title, url]) =>
          url && isWeb(url) ? <Link key={title} title={title} url={url} /> : null,
        )}
        {alert.team && <span class="small muted">{text.team(alert.team)}</span>}
      </p>
    </li>
  );
}

/** In the page's language, as far as it knows the alert by its name. The description, which has the figures, is as it was written. */
function Summary({ alert: { name, summary } }: { alert: Alert }) {
  const { alerts } = words();
  if (Object.hasOwn(alerts, name)) return <p>{alerts[name]}</p>;
  return summary ? <p lang="en">{summary}</p> : null;
}

/** People write alert rules, so only a web address becomes a link. */
function isWeb(url: string): boolean {
  return /^https?:\/\//.test(url);
}

function Link({ title, url }: { title: string; url: string }) {
  const here = runbookLink(url);
  if (here !== url) return <a href={here}>{title}</a>;
  return (
    <a href={url} rel="noreferrer noopener" target="_blank">
      {title}
    </a>
  );
}
