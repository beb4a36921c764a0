export const actions = {
  title: "Anonymous user-action log",
  ask: "May this page write what you do to the browser's console?",
  askExplain:
    "Each line names an action, how it ended and how long it took, without message content. It stays in your browser, where whoever helps you can match it with the node's metrics.",
  askMore: "What exactly is recorded",
  yes: "Allow",
  no: "Do not allow",
};
