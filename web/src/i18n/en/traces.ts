import { MAX_RESPONSE, MAX_STIMULUS } from "../../api/limits";
import type { ErrorKind } from "../../api/types";

export const traces = {
  title: "How a command was executed",
  latestFailed: "The last failed command",
  latestOk: "The last good command",
  latest: "The last command",
  ended: (event: string, failed: boolean) => `${event} ${failed ? "failed" : "was executed"}`,
  reason: "Reason",
  whatToDo: "What to do",
  reasons: {
    invalid_text: {
      what: "The text was empty, too long, or no readable text.",
      todo: `Nothing to do at the node. If it comes in numbers, tell those who send it; limits: ${MAX_STIMULUS / 1024} KiB a question, ${MAX_RESPONSE / 1024} KiB an answer.`,
    },
    not_taught: {
      what: "It was to be forgotten, but nothing was taught under it.",
      todo: "Nothing to do at the node: somebody asked for it twice, or wrote it differently from how it was taught.",
    },
    unknown_command: {
      what: "A command of an unknown type was sent.",
      todo: "Find the client that sends it; it may be made for another version. The commands are TEACH, ASK and FORGET.",
    },
    queue_full: {
      what: "More commands came than the disk could take, so the node refused this one.",
      todo: "See throughput and queue in Operations. If it lasts: slow the senders down, move the data directory to a faster disk, or raise KOLIBRI_QUEUE_CAPACITY for short peaks.",
    },
    store_failed: {
      what: "The genome could not be written. The node takes nothing more until it is restarted.",
      todo: "Check free space and the disk (df -h, dmesg), then restart the node. What was acknowledged is safe.",
    },
    unreadable: {
      what: "A stored answer or the index could not be read.",
      todo: "Verify the genome. If it is broken, keep the data directory and restore a backup; if not, restart the node: it builds its index anew.",
    },
    stopping: {
      what: "It came while the node was stopping.",
      todo: "Nothing, if somebody stopped or restarted the node. Otherwise see the service's log for who did.",
    },
  } satisfies Record<ErrorKind, { what: string; todo: string }>,
  unknownReason: "The node names a reason that this page does not know:",
  fine: "Nothing went wrong.",
  when: "When",
  traceId: "Trace id",
  madeBy: "Made by",
  drill: "a soak drill, nobody waited for it",
  event: "Event type",
  total: "Time in all",
  recordedBy: "Recorded by",
  notRecorded: "No block: what fails leaves none.",
  block: (index: string) => `block ${index}`,
  phases: "Where the time went",
  phase: "Phase",
  time: "Time",
  share: "Share",
  phaseNames: {
    recall: "Finding an answer",
    queue: "Waiting for the writer",
    commit: "Becoming durable",
    rest: "Everything else",
  },
  contentTitle: "Texts of the command",
  contentExplain: "They are here because the operator turned KOLIBRI_TRACE_CONTENT on.",
  elsewhere: "The same on the node's machine, and as the metric that counts it:",
  more: "More failed commands",
  none: "No command has failed since the node can remember.",
  noneOfAny: "No command was executed since the node can remember.",
  off: "Tracing is off (KOLIBRI_TRACE).",
  metric: "Metric",
};
