import { MAX_RESPONSE, MAX_STIMULUS } from "../../api/limits";

/** What only a page of another version sends. */
const misunderstood = {
  title: "The node does not understand this page.",
  advice: "They may have different versions: reload the page.",
};

export const problems = {
  nodeSays: "The node says:",
  showTrace: "Show how it was executed",
  other: (status: number | null) => ({
    title: status === null ? "That did not work." : `The node answered with HTTP ${status}.`,
    advice: "Try again. If the problem persists, look in the node's log.",
  }),
  refusedByProxy: (status: number | null) => ({
    title: `A proxy in front of this node refuses this (HTTP ${status}).`,
    advice: "The node did not get it. Whoever runs the proxy finds the reason in its log.",
  }),
  kinds: {
    file_too_large_for_proxy: {
      title: "This file is too large for the proxy in front of this node.",
      advice:
        "The node itself takes files of 16 MiB. Whoever runs the proxy can raise its limit (nginx: client_max_body_size 17m).",
    },
    text_too_large_for_proxy: {
      title: "This text is too long for the proxy in front of this node.",
      advice: `The node itself takes questions of ${MAX_STIMULUS / 1024} KiB and answers of ${MAX_RESPONSE / 1024} KiB. Whoever runs the proxy can raise its limit (nginx: client_max_body_size).`,
    },
    not_allowed_by_proxy: {
      title: "You are not allowed to do this.",
      advice:
        "A proxy in front of this node refused it (HTTP 403). Whoever runs the proxy can allow it. If you have just been signed out, reload the page.",
    },
    another_is_taught: {
      title: "This question has another answer already, so nothing was taught.",
      advice: "Look at what it would replace, then teach it again.",
    },
    forgotten_meanwhile: {
      title: "What this would have replaced was forgotten meanwhile, so nothing was taught.",
      advice: "Teach it anew only if that is what you want.",
    },
    near_is_taught: {
      title: "Something like this is taught already, so nothing was taught.",
      advice: "Write it again, and choose: update that one, take its answer, or teach it separately.",
    },
    too_many_for_proxy: {
      title: "The proxy in front of this node limits how often it is asked.",
      advice: "Wait a moment, then try again.",
    },
    unreachable: {
      title: "The node does not answer.",
      advice: "Check that the node is running and that this machine can reach it.",
    },
    signed_out: {
      title: "You are signed out.",
      advice:
        "A proxy in front of this node asks you to sign in. Reload the page to do so; copy your text first.",
    },
    unreadable_answer: {
      title: "The answer cannot be read.",
      advice: "Something between this page and the node, such as a proxy, may have replaced it.",
    },
    unauthorized: {
      title: "A token is required.",
      advice: "Enter the node's API token above or in Settings.",
    },
    invalid_text: { title: "This text is not accepted.", advice: "Change it and send it again." },
    not_taught: {
      title: "This question is not taught.",
      advice: "It may already have been forgotten, perhaps by somebody else.",
    },
    changed_meanwhile: {
      title: "This was changed meanwhile.",
      advice: "Nothing was recorded. Look at what answers now, then decide anew.",
    },
    unknown_command: {
      title: "There is no such command.",
      advice: "The commands are TEACH, ASK and FORGET.",
    },
    queue_full: {
      title: "The node is overloaded.",
      advice: "Nothing was recorded. Try again in a moment.",
    },
    store_busy: {
      title: "The node cannot write its genome for now.",
      advice: "Nothing was recorded. Try again in a moment.",
    },
    store_failed: {
      title: "The node can no longer write its genome.",
      advice:
        "Free some disk space or repair the disk: the node then goes on by itself. Everything acknowledged is safe.",
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
      advice: `A question can be up to ${MAX_STIMULUS / 1024} KiB long, an answer up to ${MAX_RESPONSE / 1024} KiB.`,
    },
    file_too_large: {
      title: "This file is too large.",
      advice: "At most 16 MiB are taken at once: split it.",
    },
    unreadable_file: {
      title: "The file cannot be read.",
      advice: "Read what the node says, and choose another format or file.",
    },
    body_too_slow: { title: "The text took too long to arrive.", advice: "Try again." },
    body_broken: { title: "The text arrived incomplete.", advice: "Nothing was done. Try again." },
    block_begins: {
      title: "This block is the beginning of the genome.",
      advice: "It teaches nothing. What follows may.",
    },
    block_asks: {
      title: "This block records that a question was asked.",
      advice: "It teaches nothing; the block that answered is named in Genome.",
    },
    block_forgets: {
      title: "This block records that something was forgotten.",
      advice: "It teaches nothing; which texts it erased is told in Genome.",
    },
    no_such_block: { title: "There is no such block.", advice: "The genome is not that long." },
    no_such_trace: {
      title: "The node no longer remembers this.",
      advice:
        "It keeps the last 512 failed and 2048 successful commands in memory; older ones are in the trace file.",
    },
    no_such_path: {
      title: "The node does not know this address.",
      advice: "The page and the node may have different versions: reload the page.",
    },
    no_such_method: misunderstood,
    bad_path: misunderstood,
    bad_json: misunderstood,
    bad_framing: misunderstood,
    content_type: misunderstood,
    content_encoding: misunderstood,
    line_too_long: misunderstood,
    line_too_slow: misunderstood,
    bad_query: {
      title: "The node cannot read something in this address.",
      advice: "Check what stands after the question mark in it.",
    },
    bad_index: { title: "This is not the number of a block.", advice: "Write it in digits." },
    bad_trace_id: { title: "This is not a trace id.", advice: "A trace id has 32 hex digits." },
    busy: { title: "Too many are asking the node at once.", advice: "Try again in a moment." },
    backup_running: { title: "A backup is already being made.", advice: "Wait until it ends." },
    backup_too_large: { title: "A backup would not fit on the disk.", advice: "Free some space." },
    backup_failed: { title: "The backup failed.", advice: "See the node's log." },
    not_our_backup: {
      title: "This is not a backup of this node.",
      advice: "Read what the node says.",
    },
    no_such_soak: {
      title: "There is no such drill.",
      advice: "The list below has all drills that are kept.",
    },
    soak_parameters: {
      title: "These parameters are not valid.",
      advice: "Read what the node says, and change the numbers.",
    },
    soak_ended: { title: "The drill has ended.", advice: "Its report is in the list." },
    no_verification: { title: "No verification is running.", advice: "It may have ended in the meantime." },
    soak_running: { title: "A drill is already running.", advice: "Wait until it ends, or stop it first." },
    soak_too_large: {
      title: "This drill would not fit on the disk.",
      advice: "Make it shorter, or free some space.",
    },
    verification_running: {
      title: "A verification is already running.",
      advice: "Its progress is shown above.",
    },
    other_site: {
      title: "The node refused a request from another site.",
      advice: "Open the page at the node's own address.",
    },
    internal: { title: "Internal error of the node.", advice: "See the node's log, and please report it." },
  },
};
