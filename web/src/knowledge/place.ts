// The addresses of Knowledge: what is searched for, and what is open beside the list or in its place.

/** What the list shows. */
export interface Filter {
  /** Words; each must occur in a question or its answer. */
  q: string;
  order: "newest" | "asked";
  asked: "never" | null;
  since: "week" | "month" | null;
}

export type Opened =
  /** An association, by any block that taught it. */
  | { kind: "entry" | "versions"; block: number }
  /** `restore`: the block of an earlier version whose answer is to be taught again. */
  | { kind: "edit"; block: number; restore: number | null }
  | { kind: "new" | "import" };

export interface Place {
  filter: Filter;
  opened: Opened | null;
}

export const EVERYTHING: Filter = { q: "", order: "newest", asked: null, since: null };

/** Reads what follows `#/knowledge`; null if there is no such place. */
export function placeIn(path: string[], parameters: URLSearchParams): Place | null {
  const [name, ...more] = path;
  if (more.length > 0 || (name !== undefined && name !== "new" && name !== "import")) return null;
  const since = parameters.get("since");
  const filter: Filter = {
    q: parameters.get("q") ?? "",
    order: parameters.get("order") === "asked" ? "asked" : "newest",
    asked: parameters.get("asked") === "never" ? "never" : null,
    since: since === "week" || since === "month" ? since : null,
  };
  return { filter, opened: name ? { kind: name } : openedIn(parameters) };
}

function openedIn(parameters: URLSearchParams): Opened | null {
  const block = (name: string) => {
    const text = parameters.get(name);
    return text && /^\d{1,15}$/.test(text) ? Number(text) : null;
  };
  const edit = block("edit");
  if (edit !== null) return { kind: "edit", block: edit, restore: block("restore") };
  const versions = block("versions");
  if (versions !== null) return { kind: "versions", block: versions };
  const entry = block("block");
  return entry === null ? null : { kind: "entry", block: entry };
}

/** The address of a place; what is as usual is left out. */
export function placeAddress(filter: Filter, opened: Opened | null = null): string {
  const query = new URLSearchParams();
  if (filter.q !== "") query.set("q", filter.q);
  if (filter.order !== "newest") query.set("order", filter.order);
  if (filter.asked) query.set("asked", filter.asked);
  if (filter.since) query.set("since", filter.since);
  let path = "#/knowledge";
  if (opened && "block" in opened) {
    query.set(opened.kind === "entry" ? "block" : opened.kind, String(opened.block));
    if (opened.kind === "edit" && opened.restore !== null) query.set("restore", String(opened.restore));
  } else if (opened) path += `/${opened.kind}`;
  return query.size > 0 ? `${path}?${query}` : path;
}
