import { MAX_RESPONSE, MAX_STIMULUS } from "../../api/limits";

export const problems = {
  nodeSays: "The node says:",
  showTrace: "How it was executed",
  other: (status: number | null) => ({
    title: status === null ? "That did not work." : `The node answered with HTTP ${status}.`,
    advice: "Try again; if it stays, look into the node's log.",
  }),
  kinds: {
    unreachable: {
      title: "The node does not answer.",
      advice: "Check that the node runs and that this machine reaches it.",
    },
    unreadable_answer: {
      title: "The answer cannot be read.",
      advice: "Something between this page and the node may have replaced it: a proxy, for example.",
    },
    unauthorized: { title: "A token is needed.", advice: "Enter the node's API token above or in Settings." },
    invalid_text: { title: "This text cannot be taken.", advice: "Change it and send it again." },
    not_taught: {
      title: "Nothing is taught under this question.",
      advice: "It may have been forgotten already, perhaps by somebody else.",
    },
    unknown_command: {
      title: "There is no such command.",
      advice: "The commands are TEACH, ASK and FORGET.",
    },
    queue_full: {
      title: "The node has more to record than it can keep up with.",
      advice: "Nothing was recorded. Try again in a moment.",
    },
    store_failed: {
      title: "The node cannot write its genome any more.",
      advice: "Free the disk or mend it, then restart the node. What was acknowledged before is safe.",
    },
    unreadable: {
      title: "The stored knowledge cannot be read.",
      advice: "Verify the genome, then restore the node from a backup.",
    },
    stopping: { title: "The node is stopping.", advice: "Try again when it has started again." },
    not_ready: { title: "The node is not ready.", advice: "Operations shows why." },
    unknown_host: {
      title: "The node does not serve this host name.",
      advice:
        "Open the page by an IP address or as localhost, or add the name to KOLIBRI_HTTP_ALLOWED_HOSTS.",
    },
    body_too_large: {
      title: "This is too long.",
      advice: `A question holds up to ${MAX_STIMULUS / 1024} KiB, an answer up to ${MAX_RESPONSE / 1024} KiB.`,
    },
    body_too_slow: { title: "The text took too long to arrive.", advice: "Try again." },
    body_broken: { title: "The text arrived broken.", advice: "Nothing was done. Try again." },
    no_such_block: { title: "There is no such block.", advice: "The genome is not that long yet." },
    no_such_trace: {
      title: "The node does not remember this.",
      advice:
        "It keeps the last 512 failed and 2048 good commands in memory; older ones are in the trace file.",
    },
    no_such_path: {
      title: "The node does not know this.",
      advice: "Page and node may be of different versions: reload.",
    },
    no_such_soak: { title: "There is no such drill.", advice: "The list below has all that are kept." },
    soak_parameters: {
      title: "The drill cannot be like this.",
      advice: "See what the node says, and change the numbers.",
    },
    soak_ended: { title: "The drill has ended.", advice: "Its report is in the list." },
    no_verification: { title: "No verification runs.", advice: "It may have ended in the meantime." },
    soak_running: { title: "A drill is running already.", advice: "Wait for its end, or stop it first." },
    soak_too_large: {
      title: "This drill would not fit on the disk.",
      advice: "Make it shorter, or free some space.",
    },
    verification_running: {
      title: "A verification is running already.",
      advice: "Its progress is shown above.",
    },
    other_site: {
      title: "The node refused a request of another site.",
      advice: "Open the page at the node's own address.",
    },
    internal: { title: "The node failed inside.", advice: "Its log says more; please report it." },
  },
};
