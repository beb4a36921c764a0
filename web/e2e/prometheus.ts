// A fake Prometheus: it answers the one query that the node sends. The real one is used in the node's own
// tests.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export const FIRING = {
  labels: { alertname: "KolibriBackendErrorsSpike", severity: "critical", team: "on-call", job: "kolibri" },
  annotations: {
    summary: "More than 5% of the commands fail",
    description: "7.2% of the commands failed in the last 5 minutes.",
    runbook_url: "https://example.org/runbook",
    dashboard_url: "https://example.org/dashboard",
    trace_url: "http://127.0.0.1/#/traces/failed?since=1763992500",
  },
  state: "firing",
  activeAt: "2026-11-24T14:00:00Z",
  value: "7.2e-02",
};

export class Prometheus {
  /** What it answers. */
  alerts: unknown[] = [];
  url = "";
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((_, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ status: "success", data: { alerts: this.alerts } }));
    });
  }

  static async start(): Promise<Prometheus> {
    const prometheus = new Prometheus();
    prometheus.#server.listen(0, "127.0.0.1");
    await once(prometheus.#server, "listening");
    prometheus.url = `http://127.0.0.1:${(prometheus.#server.address() as AddressInfo).port}`;
    return prometheus;
  }

  async end(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
