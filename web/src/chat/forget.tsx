// Asks before forgetting. It forgets the stimulus that the answer was taught to, which may differ from the question that was
// asked. What is erased is what was shown: the node refuses if another block answers by now, and then that one is shown; what is
// known to be forgotten is shown no longer. A press before the user could see what will be erased is refused and not queued,
// because erasing cannot be undone.
import { useEffect, useState } from "preact/hooks";
import { type Problem, problemOfPage } from "../api/problem";
import type { Versions } from "../api/types";
import { words } from "../i18n";
import { fates } from "../knowledge/fate";
import { answering, newestOf } from "../knowledge/history";
import { Dialog } from "../ui/dialog";
import { LessonView } from "../ui/lesson";
import { PressButton, usePress, WhyNot } from "../ui/press";
import { ProblemNote } from "../ui/problem";
import { forget } from "./conversation";
import type { Lesson } from "./lesson";

interface Props {
  block: number;
  close: () => void;
}

export function ForgetDialog({ block, close }: Props) {
  const text = words().chat;
  const { answer, unread, read } = useAnswer(block);
  const [failure, setFailure] = useState<Problem | null>(null);

  const erase = async () => {
    if (!answer) return;
    setFailure(null);
    const failed = await forget(answer.lesson.stimulus, answer.block);
    if (!failed) return close();
    if (OVERTAKEN.has(failed.kind)) await read();
    else setFailure(failed);
  };
  const isGone = unread?.kind === "not_taught";
  const unreadable = isGone ? text.forgetGone : text.forgetUnread;
  const why = unread ? unreadable : answer ? null : text.forgetUnseen;
  const confirm = usePress(erase, why, { what: answer, unseen: text.forgetUnseen });
  const cancel = usePress(close, confirm.busy ? text.forgetUnderWay : null);

  const problem = unread ?? failure;
  return (
    <Dialog title={text.forgetTitle} close={cancel.take}>
      <div aria-live="polite">
        {answer && answer.block !== block && <p class="note">{text.forgetChanged}</p>}
        {answer ? (
          <LessonView lesson={answer.lesson} />
        ) : (
          !unread && <p class="loading">{words().common.loading}</p>
        )}
      </div>
      {!isGone && (
        <p>
          {answer && <strong>{words().knowledge.versionsErased(answer.versions)} </strong>}
          {text.forgetExplain}
        </p>
      )}
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

/** Somebody else changed or forgot it. */
const OVERTAKEN = new Set(["changed_meanwhile", "not_taught"]);

/** What answers, and would be erased. */
interface ToForget {
  /** The block that answers. */
  block: number;
  lesson: Lesson;
  /** How many blocks taught it. */
  versions: number;
}

interface Asked {
  /** Once it is read. */
  answer: ToForget | null;
  /** Why it cannot be read. */
  unread: Problem | null;
  /** Reads anew what answers. */
  read: () => Promise<void>;
}

/** `block`: any block that taught it. */
function useAnswer(block: number): Asked {
  const [answer, setAnswer] = useState<ToForget | null>(null);
  const [unread, setUnread] = useState<Problem | null>(null);
  const read = async (signal?: AbortSignal) => {
    const reply = await newestOf(block, signal);
    if (signal?.aborted) return;
    const found = reply.ok ? toForget(reply.value) : reply.problem;
    const isFound = "lesson" in found;
    setAnswer(isFound ? found : null);
    setUnread(isFound ? null : found);
  };
  useEffect(() => {
    const reading = new AbortController();
    void read(reading.signal);
    return () => reading.abort();
    // Anew if what is shown is known by now to answer no more.
  }, [block, answer !== null && fates.value.has(answer.block)]);
  return { answer, unread, read: () => read() };
}

function toForget(versions: Versions): ToForget | Problem {
  const { current, total } = versions;
  if (current == null) return problemOfPage("not_taught");
  const { stimulus, response } = answering(versions) ?? {};
  if (stimulus == null || response == null) return problemOfPage("unreadable");
  return { block: current, lesson: { stimulus, response }, versions: total };
}
