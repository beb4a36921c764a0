// Teaching anew what is taught: an edited answer, an earlier version, or another wording of the question. Before the press it is
// shown what that replaces.
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { record } from "../actions/log";
import { MAX_RESPONSE, MAX_STIMULUS } from "../api/limits";
import type { Problem } from "../api/problem";
import type { Suggestion, Version, Versions } from "../api/types";
import { bytesOf, isWhole, type Lesson } from "../chat/lesson";
import { words } from "../i18n";
import { format } from "../i18n/format";
import { live, useLive } from "../live";
import { genome } from "../node";
import { goTo } from "../route";
import { Panel } from "../ui/panel";
import { PressButton, usePress, WhyNot } from "../ui/press";
import { ProblemNote } from "../ui/problem";
import { Reading } from "../ui/reading";
import { useWritten } from "../ui/written";
import { Effects } from "./effects";
import { versionsOf } from "./history";
import { advice, NeighboursView, type Opened, type Refused, type Taken, useNeighbours } from "./neighbours";
import { type Filter, placeAddress } from "./place";
import { said } from "./said";
import { SameToo } from "./same";
import { teachAll } from "./teaching";

interface Props {
  filter: Filter;
  block: number;
  /** The block whose answer is to be taught again. */
  restore: number | null;
}

interface Texts {
  all: Versions;
  /** What answers now; null if nothing does. */
  current: Version | null;
  /** The earlier version. */
  former: Lesson | null;
}

/** Reads the texts once: what is written in the form must not change under the one who writes. */
export function EditPanel({ filter, block, restore }: Props) {
  const text = words().knowledge;
  const source = useLive(
    useMemo(() => live<Texts>((signal) => texts(block, restore, signal), HOUR), [block, restore]),
  );
  useEffect(() => record({ action: "knowledge.edit" }), []);
  const title = restore === null ? text.editTitle : text.restoreTitle(format().number(restore));
  return (
    <Form title={title} back={placeAddress(filter, { kind: "entry", block })}>
      <Reading source={source}>
        {({ current, former }) => {
          // Whoever comes back goes on with what they saw, also if it was changed or forgotten since.
          const begun = drafts.get(location.hash)?.begun ?? beginning(current, former);
          if (!begun) return <p class="note">{text.nothingToEdit}</p>;
          const action = restore === null ? "knowledge.teach" : "knowledge.restore";
          return <LessonForm filter={filter} begun={begun} action={action} />;
        }}
      </Reading>
    </Form>
  );
}

function beginning(current: Version | null, former: Lesson | null): Begun | null {
  if (current?.stimulus == null || current.response == null) return null;
  const { stimulus, response, source } = current;
  const opened = { stimulus, block: source.index };
  const taken = former ? null : { stimulus, answer: response, block: source.index };
  return { stimulus, response: former?.response ?? response, opened, taken };
}

/** Milliseconds. */
const HOUR = 3_600_000;

async function texts(block: number, restore: number | null, signal: AbortSignal) {
  const reply = await versionsOf(block, new URLSearchParams({ limit: "1" }), signal);
  if (!reply.ok) return reply;
  const current = reply.value.versions.find(({ source }) => source.index === reply.value.current) ?? null;
  if (restore === null) return { ...reply, value: { all: reply.value, current, former: null } };
  const only = new URLSearchParams({ limit: "1", before: String(restore + 1) });
  const earlier = await versionsOf(block, only, signal);
  if (!earlier.ok) return earlier;
  const version = earlier.value.versions.find(({ source }) => source.index === restore);
  const { stimulus, response } = version ?? {};
  const former = stimulus != null && response != null ? { stimulus, response } : null;
  return { ...reply, value: { all: reply.value, current, former } };
}

/** Teaching something that nobody asked for yet. */
export function NewPanel({ filter }: { filter: Filter }) {
  return (
    <Form title={words().knowledge.newTitle} back={placeAddress(filter)}>
      <LessonForm filter={filter} begun={EMPTY} action="knowledge.teach" />
    </Form>
  );
}

function Form({
  title,
  back,
  children,
}: {
  title: string;
  back: string;
  children: preact.ComponentChildren;
}) {
  return (
    <Panel
      title={title}
      class="alone"
      focused
      aside={
        <a href={back} onClick={() => drafts.delete(location.hash)}>
          {words().common.cancel}
        </a>
      }
    >
      {children}
    </Panel>
  );
}

/** What a form began with. */
interface Begun extends Lesson {
  /** The question that is edited, and the block that answered it; null for a new one. */
  opened: Opened | null;
  taken: Taken | null;
}

const EMPTY: Begun = { stimulus: "", response: "", opened: null, taken: null };

interface Draft extends Lesson {
  begun: Begun;
  /** What it took over by now. */
  taken: { current: Taken | null };
}

/** What was written and not taught, by its address: whoever comes back goes on writing. It is in this tab's memory only. */
const drafts = new Map<string, Draft>();

interface FormProps {
  filter: Filter;
  begun: Begun;
  action: "knowledge.teach" | "knowledge.restore";
}

function LessonForm({ filter, begun: first, action }: FormProps) {
  const [begun] = useState(first);
  const { stimulus: question, response: answer } = begun;
  const fixed = begun.opened?.stimulus ?? null;
  const opened = begun.opened?.block ?? null;
  const text = words().knowledge;
  const id = useId();
  const draft = drafts.get(location.hash);
  const { text: stimulus, ...asked } = useWritten(draft?.stimulus ?? question);
  const { text: response, ...answered } = useWritten(draft?.response ?? answer);
  const [other, setOther] = useState(fixed === null || stimulus !== fixed);
  /** It was pressed before one could see what it does. */
  const [early, setEarly] = useState<Refused | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const wording = useRef<HTMLTextAreaElement>(null);
  const lesson: Lesson = { stimulus, response };
  const isWritten = stimulus !== question || response !== answer;
  const { current: taken } = useRef(draft?.taken ?? { current: begun.taken });
  const neighbours = useNeighbours(lesson, begun.opened, taken);
  const { checking: preview, known, exact, also, setAlso } = neighbours;
  const same = known?.current?.response === lesson.response ? [] : (known?.same ?? []);
  const current = known?.current ?? null;

  useLayoutEffect(() => {
    if (other && fixed !== null) wording.current?.focus();
  }, [other]);

  const address = useRef(location.hash);
  useEffect(() => {
    if (isWritten) drafts.set(address.current, { stimulus, response, begun, taken });
    else drafts.delete(address.current);
  }, [stimulus, response]);

  const tooLong =
    tooMuch(lesson.stimulus, MAX_STIMULUS, text.questionTooLong) ??
    tooMuch(lesson.response, MAX_RESPONSE, words().chat.tooLong);
  const why =
    (lesson.stimulus.trim() === "" && text.questionFirst) ||
    (lesson.response.trim() === "" && words().chat.answerFirst) ||
    tooLong ||
    (exact?.effect === "unchanged" && also.length === 0 && text.unchanged) ||
    (neighbours.undecided && text.chooseNear) ||
    null;

  const submit = async () => {
    setProblem(null);
    setEarly(null);
    // Somebody else may have taught or forgotten meanwhile: nothing is done that was not shown.
    const gate = await neighbours.gate();
    if ("why" in gate) return setEarly(gate);
    const done = await teachAll({ action, lesson, gate, also });
    if ("problem" in done) {
      if (done.problem.kind !== "changed_meanwhile") return setProblem(done.problem);
      const then = await neighbours.gate();
      return "why" in then ? setEarly(then) : setProblem(done.problem);
    }
    said.value = done;
    drafts.delete(address.current);
    void genome.refresh();
    // Whoever has left meanwhile stays where they are.
    if (location.hash === address.current) goTo(placeAddress(filter, { kind: "entry", block: done.block }));
  };
  const press = usePress(submit, why, early ? { what: early, unseen: advice(early) } : neighbours.sight);

  const update = ({ stimulus }: Suggestion) => {
    asked.put(stimulus);
    setOther(false);
    field.current?.focus();
  };
  const take = ({ answer }: Suggestion) => {
    answered.put(answer);
    field.current?.focus();
  };

  const keys = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.repeat) press.take(event);
  };

  // Nothing was written yet: what was erased meanwhile does not stay on the screen.
  if (begun.opened && known && !current && !isWritten) return <p class="note">{text.nothingToEdit}</p>;

  return (
    <form class="edit" onSubmit={press.take} onKeyDown={keys}>
      {other ? (
        <div class="field">
          <label for={`${id}q`}>{words().chat.question}</label>
          <textarea
            id={`${id}q`}
            ref={wording}
            rows={2}
            value={stimulus}
            autocomplete="off"
            dir="auto"
            readOnly={press.busy}
            onInput={(event) => asked.write(event.currentTarget.value)}
          />
        </div>
      ) : (
        <div class="field">
          <p class="small muted">{words().chat.question}</p>
          <p class="text asked" dir="auto">
            {stimulus}
          </p>
          <p>
            <button type="button" class="quiet small" onClick={() => setOther(true)}>
              {text.otherWording}
            </button>
          </p>
        </div>
      )}
      <div class="field">
        <label for={`${id}a`}>{words().chat.answer}</label>
        <textarea
          id={`${id}a`}
          ref={field}
          rows={8}
          value={response}
          autocomplete="off"
          dir="auto"
          readOnly={press.busy}
          onInput={(event) => answered.write(event.currentTarget.value)}
        />
      </div>
      <div class="effects">
        {known && isWhole(lesson) && (
          <Effects
            effect={exact?.effect ?? null}
            current={current}
            lesson={lesson}
            opened={opened}
            fixed={fixed}
          />
        )}
      </div>
      {known && same.length > 0 && (
        <SameToo same={same} total={known.same_total} also={also} setAlso={setAlso} />
      )}
      <NeighboursView neighbours={neighbours} lesson={lesson} update={update} same={take} />
      {(problem ?? preview.problem) && (
        <ProblemNote problem={problem ?? (preview.problem as Problem)} urgent />
      )}
      <div class="bar">
        <PressButton press={press} kind="primary" submits>
          {words().chat.teach}
        </PressButton>
        <WhyNot press={press}>{tooLong ?? (early && advice(early))}</WhyNot>
      </div>
    </form>
  );
}

function tooMuch(text: string, limit: number, say: (bytes: number, limit: number) => string): string | null {
  const bytes = bytesOf(text);
  return bytes > limit ? say(bytes, limit) : null;
}
