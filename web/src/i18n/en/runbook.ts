export const runbook = {
  title: "Runbook",
  contents: "Contents",
  noSection: "The runbook has no such section. Pick one from the contents.",
};
