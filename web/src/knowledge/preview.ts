// What teaching something would do, asked while it is being written, and again while it stands there: others teach and forget.
import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "../api/client";
import type { Problem } from "../api/problem";
import type { Preview } from "../api/types";
import { isWhole, type Lesson } from "../chat/lesson";
import { whileVisible } from "../clock";

/** How long no key is pressed before the node is asked. Milliseconds. */
const PAUSE = 250;
/** How often it is asked again. Milliseconds. */
const AGAIN = 10_000;

export interface Checked {
  /** What was asked about. */
  lesson: Lesson;
  preview: Preview;
}

export interface Checking {
  /** The last answer; it may be about a former text. */
  checked: Checked | null;
  problem: Problem | null;
  /** Asks at once; null if there was no answer. */
  check: () => Promise<Checked | null>;
}

/** Asks about each text that is kept for a moment. */
export function usePreview({ stimulus, response }: Lesson): Checking {
  const [checked, setChecked] = useState<Checked | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  // As they are: white space around an answer may belong to it, as in YAML.
  const lesson = { stimulus, response };
  /** What is written now: an answer about something else is not shown. */
  const written = useRef(lesson);
  written.current = lesson;
  const isWritten = () => written.current.stimulus === stimulus && written.current.response === response;

  const check = async (signal?: AbortSignal) => {
    const request = { method: "POST", body: lesson, ...(signal && { signal }) } as const;
    const reply = await call<Preview>("teach:preview", request);
    if (signal?.aborted) return null;
    if (isWritten()) setProblem(reply.ok ? null : reply.problem);
    if (!reply.ok) return null;
    const found = { lesson, preview: reply.value };
    if (isWritten()) setChecked(found);
    return found;
  };

  useEffect(() => {
    if (!isWhole(lesson)) return;
    const asking = new AbortController();
    let stop = () => {};
    let isAsking = false;
    const ask = async () => {
      if (isAsking) return;
      isAsking = true;
      await check(asking.signal);
      isAsking = false;
    };
    const timer = setTimeout(() => {
      stop = whileVisible(
        () => void ask(),
        () => AGAIN,
      );
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      stop();
      asking.abort();
    };
  }, [lesson.stimulus, lesson.response]);
  // What is asked because of a press is not broken off by what is written then.
  return { checked, problem, check: () => check() };
}
