export const actions = {
  title: "Anonymous user-action log",
  ask: "May this page write what you do to the browser's console?",
  askExplain:
    "Each line contains an action, its result and how long it took, but no message content. It stays in your browser, where somebody who helps you can match it with the node's metrics.",
  askMore: "What exactly is recorded",
  yes: "Allow",
  no: "Do not allow",
};
