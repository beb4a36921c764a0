// What the alerts of `ops/prometheus/alerts.yml` say, by name. Their own texts are English.

export const alerts: Record<string, string> = {};
