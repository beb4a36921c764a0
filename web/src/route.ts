// The addresses of the screens. Everything that can be shared is after the `#`.
import { signal } from "@preact/signals";
import { arrive } from "./frame/places";
import { EVERYTHING, type Place, placeAddress, placeIn } from "./knowledge/place";

export type Route =
  /** `ask`: what is asked on arrival. */
  | { screen: "chat"; ask: string | null }
  | ({ screen: "knowledge" } & Place)
  /** `block`: one opened block. `until`: the newest block of the page shown. */
  | { screen: "genome"; block: number | null; until: number | null }
  /** `repeat`: the drill whose parameters the form takes. */
  | { screen: "operations"; soak: null; range: Range; repeat: string | null }
  | { screen: "operations"; soak: string }
  /** `section`: an anchor of the runbook. */
  | { screen: "runbook"; section: string | null }
  | { screen: "traces"; trace: string; outcome: "failed" | "ok" | null }
  /** What failed in some time. */
  | ({ screen: "traces"; trace: "failed" } & Span)
  | { screen: "settings" }
  | { screen: "nowhere" };

/** From the one to the other, each RFC 3339 or seconds since the Unix epoch: the node reads them. */
export interface Span {
  since: string | null;
  until: string | null;
}

/** How much of the past is shown. */
export const RANGES = ["15m", "1h", "6h", "24h"] as const;
export type Range = (typeof RANGES)[number];

export type Screen = Route["screen"];

/** Reads an address such as `#/genome/302`. */
export function parse(hash: string): Route {
  const address = hash.replace(/^#?\/?/, "");
  // A question that is asked on arrival may have question marks of its own.
  const [path = ""] = address.split("?", 1);
  const query = address.slice(path.length + 1);
  const [screen = "", ...rest] = path.split("/").filter((part) => part !== "");
  const parameters = new URLSearchParams(query);
  switch (screen) {
    case "":
      return { screen: "chat", ask: parameters.get("ask") };
    case "knowledge": {
      const at = placeIn(rest, parameters);
      return at ? { screen, ...at } : { screen: "nowhere" };
    }
    case "genome":
      return genome(rest, parameters);
    case "operations":
      if (rest.length === 0) {
        const range = RANGES.find((range) => range === parameters.get("range")) ?? "1h";
        return { screen, soak: null, range, repeat: parameters.get("repeat") };
      }
      if (rest[0] === "soaks" && rest[1] && rest.length === 2) return { screen, soak: rest[1] };
      return { screen: "nowhere" };
    case "traces":
      return traces(rest, parameters);
    case "runbook":
      return rest.length > 1 ? { screen: "nowhere" } : { screen, section: decoded(rest[0]) };
    case "settings":
      return rest.length === 0 ? { screen } : { screen: "nowhere" };
    default:
      return { screen: "nowhere" };
  }
}

function genome(rest: string[], parameters: URLSearchParams): Route {
  if (rest.length > 1) return { screen: "nowhere" };
  const block = index(rest[0]);
  if (rest[0] !== undefined && block === null) return { screen: "nowhere" };
  return { screen: "genome", block, until: index(parameters.get("until")) };
}

function traces(rest: string[], parameters: URLSearchParams): Route {
  const trace = rest[0] ?? "latest";
  if (trace === "failed" && rest.length === 1) {
    return { screen: "traces", trace, since: parameters.get("since"), until: parameters.get("until") };
  }
  if (rest.length > 1 || !/^([0-9a-f]{32}|latest)$/.test(trace)) return { screen: "nowhere" };
  const outcome = parameters.get("outcome");
  return { screen: "traces", trace, outcome: outcome === "failed" || outcome === "ok" ? outcome : null };
}

function index(text: string | null | undefined): number | null {
  return text && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Anchors may be Russian, and browsers percent-encode them. */
function decoded(text: string | undefined): string | null {
  if (text === undefined) return null;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const route = signal<Route>(parse(location.hash));

/** Goes to an address; `quietly` puts it in the place of the current one, so that Back does not stop there. */
export function goTo(address: string, quietly = false): void {
  if (quietly) history.replaceState(history.state, "", address);
  else history.pushState(null, "", address);
  arrive();
  route.value = parse(location.hash);
}

/** Follows the browser's address. */
export function followAddress(): void {
  window.addEventListener("hashchange", () => {
    route.value = parse(location.hash);
  });
}

export const addresses = {
  chat: "#/",
  knowledge: "#/knowledge",
  taught: (block: number) => placeAddress(EVERYTHING, { kind: "entry", block }),
  edit: (block: number) => placeAddress(EVERYTHING, { kind: "edit", block, restore: null }),
  versions: (block: number) => placeAddress(EVERYTHING, { kind: "versions", block }),
  import: "#/knowledge/import",
  genome: "#/genome",
  block: (index: number) => `#/genome/${index}`,
  /** A block, opened next to the page of the table that ends at `until`. */
  blockOn: (index: number, until: number | null) =>
    until === null ? `#/genome/${index}` : `#/genome/${index}?until=${until}`,
  until: (index: number) => `#/genome?until=${index}`,
  operations: "#/operations",
  range: (range: Range) => (range === "1h" ? "#/operations" : `#/operations?range=${range}`),
  repeat: (id: string) => `#/operations?repeat=${encodeURIComponent(id)}`,
  runbook: (section: string | null) =>
    section === null ? "#/runbook" : `#/runbook/${encodeURIComponent(section)}`,
  soak: (id: string) => `#/operations/soaks/${encodeURIComponent(id)}`,
  trace: (id: string) => `#/traces/${id}`,
  lastFailed: "#/traces/latest?outcome=failed",
  last: "#/traces/latest",
  failed: "#/traces/failed",
  settings: "#/settings",
};

/** Where the node tells what failed. */
export function failuresPath({ since, until }: Span): string {
  const query = new URLSearchParams();
  if (since !== null) query.set("since", since);
  if (until !== null) query.set("until", until);
  return query.size > 0 ? `traces/failed?${query}` : "traces/failed";
}
