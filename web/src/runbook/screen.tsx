// The runbook, in the language of the page: one section with those below it, and the contents.
import { useEffect, useMemo, useRef } from "preact/hooks";
import { call } from "../api/client";
import type { Runbook, RunbookSection } from "../api/types";
import { words } from "../i18n";
import { live, useLive } from "../live";
import { addresses } from "../route";
import { spoken } from "../settings/preferences";
import { Reading } from "../ui/reading";
import { Screen } from "../ui/screen";
import { inline } from "./markdown";
import { Line, Markdown } from "./text";

/** It changes only with the node's version. Milliseconds. */
const RENEW = 600_000;
/** Where the contents stand beside the text, as in the style sheet. */
const WIDE = matchMedia("(min-width: 64rem)");

export function RunbookScreen({ section }: { section: string | null }) {
  const text = words().runbook;
  const language = spoken.value;
  const source = useLive(
    useMemo(
      () => live<Runbook>((signal) => call(`runbook?language=${language}`, { signal }), RENEW),
      [language],
    ),
  );
  return (
    <Screen title={text.title} aside={<a href={addresses.operations}>{words().common.operations}</a>}>
      <Reading source={source}>{({ sections }) => <Found sections={sections} wanted={section} />}</Reading>
    </Screen>
  );
}

function Found({ sections, wanted }: { sections: RunbookSection[]; wanted: string | null }) {
  const text = words().runbook;
  const shown = below(sections, wanted);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (wanted === null) return;
    heading.current?.focus({ preventScroll: true });
    heading.current?.scrollIntoView();
  }, [wanted]);
  return (
    <div class="runbook">
      <nav aria-label={text.contents}>
        <details open={wanted === null || WIDE.matches}>
          <summary>{text.contents}</summary>
          <Contents sections={sections} chosen={shown[0]?.anchor} />
        </details>
      </nav>
      <article class="panel">
        {shown.length === 0 && <p class="note">{text.noSection}</p>}
        {shown.map(({ anchor, level, title, text }, index) => {
          const Heading = level <= (shown[0]?.level ?? 1) ? "h2" : "h3";
          return (
            <section key={anchor} aria-labelledby={`runbook-${anchor}`}>
              <Heading id={`runbook-${anchor}`} ref={index === 0 ? heading : null} tabIndex={-1}>
                <Line of={inline(title)} />
              </Heading>
              <Markdown text={text} name={title} />
            </section>
          );
        })}
      </article>
    </div>
  );
}

/** A section and those below it; of the whole runbook only what comes before its first section. */
export function below(sections: RunbookSection[], wanted: string | null): RunbookSection[] {
  const first = wanted === null ? 0 : sections.findIndex(({ anchor }) => anchor === wanted);
  const [head, ...rest] = first < 0 ? [] : sections.slice(first);
  if (!head) return [];
  if (head.level === 1) return [head];
  const end = rest.findIndex(({ level }) => level <= head.level);
  return [head, ...(end < 0 ? rest : rest.slice(0, end))];
}

function Contents({ sections, chosen }: { sections: RunbookSection[]; chosen: string | undefined }) {
  return (
    <ul>
      {sections.map(({ anchor, level, title }) => (
        <li key={anchor} class={level > 2 ? "deep" : undefined}>
          <a href={addresses.runbook(anchor)} aria-current={anchor === chosen ? "page" : undefined}>
            <Line of={inline(title)} />
          </a>
        </li>
      ))}
    </ul>
  );
}
