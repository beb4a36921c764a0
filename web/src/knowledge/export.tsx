// Takes everything out as a file. Without a token a link is enough; a link cannot carry the token, so then the page fetches it.
import { useState } from "preact/hooks";
import { record } from "../actions/log";
import { addressOf, send, unanswered } from "../api/client";
import { type Problem, problemOf } from "../api/problem";
import { token } from "../api/token";
import { words } from "../i18n";
import { PressButton, usePress } from "../ui/press";
import { ProblemNote } from "../ui/problem";
import { save } from "./download";

interface Format {
  path: string;
  name: string;
  title: string;
}

export function Export() {
  const text = words().knowledge;
  const [problem, setProblem] = useState<Problem | null>(null);
  const formats: Format[] = [
    { path: "associations:export", name: "knowledge.jsonl", title: text.exportLines },
    {
      path: `associations:export?format=csv&bom=true&separator=${separator()}`,
      name: "knowledge.csv",
      title: text.exportExcel,
    },
  ];
  return (
    <section class="bar export" aria-label={text.exportTitle}>
      <span class="small muted">{text.exportTitle}</span>
      {formats.map((format) =>
        token.value === null ? (
          <a
            key={format.name}
            class="button small"
            href={addressOf(format.path)}
            download={format.name}
            onClick={() => record({ action: "knowledge.export" })}
          >
            {format.title}
          </a>
        ) : (
          <Fetched key={format.name} format={format} failed={setProblem} />
        ),
      )}
      {problem && <ProblemNote problem={problem} urgent />}
    </section>
  );
}

function Fetched({ format, failed }: { format: Format; failed: (problem: Problem | null) => void }) {
  const press = usePress(async () => {
    failed(null);
    record({ action: "knowledge.export" });
    try {
      const response = await send(format.path, {});
      if (response.ok) save(await response.blob(), format.name);
      else failed(problemOf(response.status, await response.json().catch(() => null)));
    } catch (error) {
      failed(unanswered(error, undefined));
    }
  });
  return <PressButton press={press}>{format.title}</PressButton>;
}

/** Excel separates columns with a semicolon where the comma is the decimal sign. */
function separator(): "comma" | "semicolon" {
  const [, sign] = new Intl.NumberFormat(navigator.language).formatToParts(1.5);
  return sign?.value === "," ? "semicolon" : "comma";
}
