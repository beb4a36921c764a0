// Questions that found no answer: how many on each day. Their texts are recorded nowhere.
import { call } from "../api/client";
import type { Questions } from "../api/types";
import { words } from "../i18n";
import { format } from "../i18n/format";
import { live, useLive } from "../live";
import { Reading } from "../ui/reading";
import { Table } from "../ui/table";

const questions = live<Questions>((signal) => call("questions", { signal }), 10_000);

export function Unanswered() {
  const text = words().knowledge;
  useLive(questions);
  const days = questions.value.value?.days ?? [];
  const missed = days.reduce((sum, { unanswered }) => sum + unanswered, 0);
  if (questions.value.value && days.every(({ asked }) => asked === 0)) return null;
  return (
    <section class="panel" aria-label={text.unanswered}>
      <details class="unanswered">
        <summary>{questions.value.value ? text.unansweredCount(missed) : text.unanswered}</summary>
        <p class="small muted">{text.unansweredExplain}</p>
        <Reading source={questions}>
          {({ days }) => (
            <Table
              caption={text.unanswered}
              rows={days.filter(({ asked }) => asked > 0)}
              rowKey={({ date }) => date}
              columns={[
                {
                  title: text.day,
                  heads: true,
                  cell: ({ date }) => <time dateTime={date}>{dayOf(date)}</time>,
                },
                {
                  title: text.noAnswer,
                  numeric: true,
                  cell: ({ unanswered }) => format().number(unanswered),
                },
                { title: text.questionsAsked, numeric: true, cell: ({ asked }) => format().number(asked) },
                {
                  title: text.share,
                  numeric: true,
                  cell: ({ asked, unanswered }) => (
                    <meter value={unanswered} max={asked} aria-label={text.share} />
                  ),
                },
              ]}
            />
          )}
        </Reading>
      </details>
    </section>
  );
}

/** The day is one of UTC, wherever the reader is. */
function dayOf(date: string): string {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  return format().date(new Date(year, month - 1, day).getTime());
}
