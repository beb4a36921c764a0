// What the page knows about the node, kept up to date while a screen shows it.
import { call } from "./api/client";
import type { Alerts, Genome, History, OperationsState, Soaks } from "./api/types";
import { live } from "./live";

export const operations = live<OperationsState>((signal) => call("operations", { signal }), 5000);
/** The last minutes, for figures of now. */
export const lately = live<History>((signal) => call("operations/history?range=15m", { signal }), 10_000);
export const alerts = live<Alerts>((signal) => call("operations/alerts", { signal }), 10_000);
export const soaks = live<Soaks>((signal) => call("soaks", { signal }), 10_000);
export const genome = live<Genome>((signal) => call("genome", { signal }), 5000);
