// What teaching something would do, asked while it is being written.
import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "../api/client";
import type { Problem } from "../api/problem";
import type { Preview } from "../api/types";
import { isWhole, type Lesson } from "../chat/lesson";

/** How long no key is pressed before the node is asked. Milliseconds. */
const PAUSE = 250;

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
  const current = useRef<AbortController | null>(null);
  const lesson = { stimulus: stimulus.trim(), response: response.trim() };

  const check = async () => {
    current.current?.abort();
    const mine = new AbortController();
    current.current = mine;
    const reply = await call<Preview>("teach:preview", { method: "POST", body: lesson, signal: mine.signal });
    if (mine.signal.aborted) return null;
    setProblem(reply.ok ? null : reply.problem);
    if (!reply.ok) return null;
    const found = { lesson, preview: reply.value };
    setChecked(found);
    return found;
  };

  useEffect(() => {
    if (!isWhole(lesson)) return;
    const timer = setTimeout(() => void check(), PAUSE);
    return () => clearTimeout(timer);
  }, [lesson.stimulus, lesson.response]);
  useEffect(() => () => current.current?.abort(), []);
  return { checked, problem, check };
}
