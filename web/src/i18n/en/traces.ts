import { MAX_RESPONSE, MAX_STIMULUS } from "../../api/limits";
import type { Caller, ErrorKind } from "../../api/types";
import { format } from "../format";

const commands = (count: number) => format().count(count, { one: "command", other: "commands" });

export const traces = {
  title: "How a command was executed",
  latestFailed: "The last failed command",
  latestOk: "The last successful command",
  latest: "The last command",
  ended: (event: string, failed: boolean) => `${event} ${failed ? "failed" : "was executed"}`,
  reason: "Reason",
  whatToDo: "What to do",
  reasons: {
    invalid_text: {
      what: "The text was empty, too long or not readable.",
      todo: `Nothing to do on the node. If there are many, inform the senders of the limits: ${MAX_STIMULUS / 1024} KiB for a question, ${MAX_RESPONSE / 1024} KiB for an answer.`,
    },
    not_taught: {
      what: "Somebody asked to forget a question that is not taught.",
      todo: "Nothing to do on the node: the request was repeated, or the question was not written as it was taught.",
    },
    changed_meanwhile: {
      what: "Somebody changed or forgot an answer that another had changed just before, so nothing was recorded.",
      todo: "Nothing to do on the node: whoever did it was shown the newer answer.",
    },
    unknown_command: {
      what: "Somebody sent an unknown command.",
      todo: "Find the client that sends it; it may be made for another version. The commands are TEACH, ASK and FORGET.",
    },
    queue_full: {
      what: "Commands arrived faster than the disk could record them, so the node refused this one.",
      todo: "See throughput and queue in Operations. If it continues, slow down the senders or move the data directory to a faster disk. For short peaks, raise KOLIBRI_QUEUE_CAPACITY.",
    },
    store_busy: {
      what: "The genome could not be written at that moment, most likely because another program held its lock. Nothing was recorded.",
      todo: "Nothing, if it has passed. If not, end the program that has genome.db open (fuser, lsof).",
    },
    store_failed: {
      what: "The genome could not be written. The node accepts nothing until it can be read back and written again.",
      todo: "Check free space and the disk (df -h, dmesg): the node then goes on by itself. Everything acknowledged is safe.",
    },
    unreadable: {
      what: "A stored answer or the index could not be read.",
      todo: "Verify the genome. If it is broken, keep the data directory and restore a backup; if not, restart the node: it rebuilds its index.",
    },
    stopping: {
      what: "The command arrived while the node was stopping.",
      todo: "Nothing, if the node was stopped or restarted on purpose. If not, the service's log shows who did it.",
    },
  } satisfies Record<ErrorKind, { what: string; todo: string }>,
  unknownReason: "The node gives a reason that this page does not know:",
  fine: "Nothing went wrong.",
  when: "When",
  traceId: "Trace id",
  faults: { caller: "the caller's", node: "the node's" },
  causedBy: "Caused by",
  brokeTheStore: "An earlier command broke the store, and this one only noticed it:",
  failed: {
    title: "What failed",
    since: "since",
    until: "until",
    failures: (count: number, whole: boolean) => `${whole ? "" : "At least "}${commands(count)} failed.`,
    none: "The node remembers no failed command.",
    everything: "Show everything that is remembered",
    missing: (remembered: number) =>
      `The node remembers ${commands(remembered)} that failed, of each kind the last ones. Some may be missing before`,
    older: "Older ones are in the trace file (KOLIBRI_TRACE_PATH).",
    faults: { caller: "the caller's fault", node: "the node's fault" },
    count: "Failed",
    withNoticed: (count: number, noticed: number) =>
      `${commands(count)}; ${format().number(noticed)} of them only because of an earlier one`,
    first: "First",
    last: "Last",
    broke: "The command that broke it",
    example: "The last one",
  },
  sentBy: "Sent from",
  addresses: {
    loopback: "this machine (or a proxy on it)",
    private: "a private network",
    public: "a public address",
  } satisfies Record<Caller["address"], string>,
  withToken: (where: string, token: string) => `${where}, with the token “${token}”`,
  madeBy: "Made by",
  drill: "a soak drill, not a person",
  event: "Event type",
  total: "Total time",
  recordedBy: "Recorded by",
  notRecorded: "No block: failed commands are not recorded.",
  block: (index: string) => `block ${index}`,
  phases: "Where the time went",
  phase: "Phase",
  time: "Time",
  share: "Share",
  phaseNames: {
    recall: "Finding an answer",
    queue: "Waiting for the writer",
    commit: "Writing to disk",
    rest: "Everything else",
  },
  contentTitle: "Texts of the command",
  contentExplain: "They are here because the operator turned KOLIBRI_TRACE_CONTENT on.",
  elsewhere: "The same on the node's machine, and the metric that counts it:",
  more: "More failed commands",
  none: "The node remembers no failed command.",
  noneOfAny: "The node remembers no command.",
  off: "Tracing is off (KOLIBRI_TRACE).",
  metric: "Metric",
};
