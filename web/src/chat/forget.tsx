// Asks before forgetting. It forgets the block's own stimulus, which may differ from the question that was asked. A
// press before the user could see what will be erased is refused and not queued, because erasing cannot be undone.
import { useEffect, useState } from "preact/hooks";
import { call } from "../api/client";
import type { Problem } from "../api/problem";
import type { Block, Versions } from "../api/types";
import { words } from "../i18n";
import { Dialog } from "../ui/dialog";
import { LessonView } from "../ui/lesson";
import { PressButton, usePress, WhyNot } from "../ui/press";
import { ProblemNote } from "../ui/problem";
import { forget } from "./conversation";
import type { Lesson } from "./lesson";

/** A press within this time after the text appeared was meant for the state before. Milliseconds. */
const UNSEEN = 500;

interface Props {
  block: number;
  close: () => void;
}

export function ForgetDialog({ block, close }: Props) {
  const text = words().chat;
  const { lesson, versions, unread } = useLesson(block);
  const [seen, setSeen] = useState(false);
  const [failure, setFailure] = useState<Problem | null>(null);

  const erase = async () => {
    if (!lesson) return;
    setFailure(null);
    const failed = await forget(lesson.stimulus);
    if (failed) setFailure(failed);
    else close();
  };
  const why = unread ? text.forgetUnread : seen ? null : text.forgetUnseen;
  const confirm = usePress(erase, why);
  const cancel = usePress(close, confirm.busy ? text.forgetUnderWay : null);

  // Each early press restarts the time, so that repeated pressing does not end in an erasure.
  useEffect(() => {
    if (!lesson) return;
    const timer = setTimeout(() => setSeen(true), UNSEEN);
    return () => clearTimeout(timer);
  }, [lesson, confirm.refused]);

  const problem = unread ?? failure;
  return (
    <Dialog title={text.forgetTitle} close={cancel.take}>
      <div aria-live="polite">
        {lesson ? <LessonView lesson={lesson} /> : !unread && <p class="loading">{words().common.loading}</p>}
      </div>
      <p>
        {versions > 0 && <strong>{words().knowledge.versionsErased(versions)} </strong>}
        {text.forgetExplain}
      </p>
      {problem && <ProblemNote problem={problem} urgent />}
      <div class="bar end">
        <PressButton press={cancel}>{words().common.cancel}</PressButton>
        <PressButton press={confirm} kind="danger">
          {text.forgetConfirm}
        </PressButton>
        <WhyNot press={cancel.refused > 0 ? cancel : confirm} />
      </div>
    </Dialog>
  );
}

interface ToForget {
  /** What the block taught, once it is read. */
  lesson: Lesson | null;
  /** How many blocks taught it; 0 while that is not known. */
  versions: number;
  /** Why it cannot be read. */
  unread: Problem | null;
}

function useLesson(block: number): ToForget {
  const [versions, setVersions] = useState(0);
  const [lesson, setLesson] = useState<Lesson | null>(null);
  const [unread, setUnread] = useState<Problem | null>(null);
  useEffect(() => {
    const reading = new AbortController();
    const { signal } = reading;
    void Promise.all([
      call<Block>(`genome/blocks/${block}`, { signal }),
      call<Versions>(`associations/${block}/versions?limit=1`, { signal }),
    ]).then(([read, all]) => {
      if (signal.aborted) return;
      if (!read.ok) return setUnread(read.problem);
      const { content, replaced_by } = read.value;
      if (!content || !("stimulus" in content)) return setUnread(refusal("not_taught"));
      // Forgetting would erase the newer answer as well, which is not what is shown.
      if (replaced_by != null) return setUnread(refusal("replaced_meanwhile"));
      if (all.ok) setVersions(all.value.total);
      setLesson(content);
    });
    return () => reading.abort();
  }, [block]);
  return { lesson, versions, unread };
}

function refusal(kind: string): Problem {
  return { kind, detail: "", status: null, trace: null };
}
