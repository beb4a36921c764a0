// Asks before it forgets. What is forgotten is the block's own stimulus, which need not be the question that was asked.
import { useEffect, useState } from "preact/hooks";
import { call } from "../api/client";
import type { Problem } from "../api/problem";
import type { Block } from "../api/types";
import { words } from "../i18n";
import { Dialog } from "../ui/dialog";
import { LessonView } from "../ui/lesson";
import { ProblemNote } from "../ui/problem";
import { forget } from "./conversation";
import type { Lesson } from "./lesson";

interface Props {
  block: number;
  close: () => void;
}

export function ForgetDialog({ block, close }: Props) {
  const text = words().chat;
  const [lesson, setLesson] = useState<Lesson | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [sending, setSending] = useState(false);

  useEffect(() => {
    const reading = new AbortController();
    void call<Block>(`genome/blocks/${block}`, { signal: reading.signal }).then((reply) => {
      if (reading.signal.aborted) return;
      if (!reply.ok) setProblem(reply.problem);
      else if (reply.value.content && "stimulus" in reply.value.content) setLesson(reply.value.content);
      else setProblem({ kind: "not_taught", detail: "", status: null, trace: null });
    });
    return () => reading.abort();
  }, [block]);

  const confirm = async () => {
    if (!lesson || sending) return;
    setSending(true);
    const failed = await forget(lesson.stimulus);
    setSending(false);
    if (failed) setProblem(failed);
    else close();
  };

  return (
    <Dialog title={text.forgetTitle} close={close}>
      {lesson ? <LessonView lesson={lesson} /> : !problem && <p class="loading">{words().common.loading}</p>}
      <p>{text.forgetExplain}</p>
      {problem && <ProblemNote problem={problem} urgent />}
      <div class="bar end">
        <button type="button" onClick={close}>
          {words().common.cancel}
        </button>
        <button
          type="button"
          class="danger"
          aria-disabled={!lesson || sending}
          onClick={() => void confirm()}
        >
          {text.forgetConfirm}
        </button>
      </div>
    </Dialog>
  );
}
