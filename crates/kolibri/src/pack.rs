//! The ops pack: dashboards, alerts, deployment files and the runbook, carried by the binary so that a person who has only
//! the binary has all of it. The table lists what is carried; a test holds it to the folder.

/// One file of the pack.
#[derive(Debug)]
pub(crate) struct File {
    /// Where it goes, below the folder of the pack.
    pub(crate) path: &'static str,
    /// What it holds.
    pub(crate) text: &'static str,
}

macro_rules! pack {
    ($($source:literal: $($path:literal)*;)*) => {
        &[$($(File {
            path: $path,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../", $source, "/", $path)),
        },)*)*]
    };
}

/// Every file of the pack.
pub(crate) const FILES: &[File] = pack! {
    "docs":
        "operations.md"
        "operations.ru.md";
    "ops":
        "alertmanager/alertmanager.yml"
        "alertmanager/templates/kolibri.tmpl"
        "collector/collector.yaml"
        "compose.yaml"
        "grafana/dashboards/kolibri-backend-overview.json"
        "grafana/dashboards/kolibri-soak-drills.json"
        "grafana/provisioning/dashboards/kolibri.yml"
        "grafana/provisioning/datasources/prometheus.yml"
        "kubernetes/cronjob-backup.yaml"
        "kubernetes/cronjob.yaml"
        "kubernetes/deployment.yaml"
        "kubernetes/job-restore.yaml"
        "kubernetes/namespace.yaml"
        "kubernetes/persistentvolumeclaim-backups.yaml"
        "kubernetes/persistentvolumeclaim.yaml"
        "kubernetes/prometheusrule.yaml"
        "kubernetes/service.yaml"
        "kubernetes/servicemonitor.yaml"
        "kustomization.yaml"
        "prometheus/alerts.yml"
        "prometheus/prometheus.compose.yml"
        "prometheus/prometheus.yml"
        "systemd/kolibri-backup.service"
        "systemd/kolibri-backup.timer"
        "systemd/kolibri-soak.service"
        "systemd/kolibri-soak.timer"
        "systemd/kolibri.service"
        "systemd/kolibri.sysusers.conf"
        "victoriametrics/relabel.yml";
};

/// Where the links of the alerts lead; each is a label of the first rule of the alerts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    /// The label.
    label: &'static str,
    /// What the pack says unless it is overridden.
    default: &'static str,
}

/// Where the runbook is read: a node shows it at this path, below its own address.
pub(crate) const RUNBOOK: Link = Link { label: "runbook", default: "http://127.0.0.1:8080/runbook" };
/// A node's page and API.
pub(crate) const NODE: Link = Link { label: "node", default: "http://127.0.0.1:8080" };
/// Grafana.
pub(crate) const GRAFANA: Link = Link { label: "grafana", default: "http://127.0.0.1:3000" };

impl Link {
    /// The text with this link leading to `url`, in the one place where it stands.
    pub(crate) fn set(self, text: &str, url: &str) -> String {
        text.replacen(&self.line(self.default), &self.line(url), 1)
    }

    fn line(self, url: &str) -> String {
        format!(" {}: {url}\n", self.label)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// The files below a folder, by their paths from it; `tests` and `check` are for this project and not for operators.
    fn below(folder: &Path, from: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && name != "tests" && name != "check" {
                below(&path, from, found);
            } else if path.is_file() && !name.starts_with('.') {
                found.insert(path.strip_prefix(from).unwrap().to_str().unwrap().to_owned());
            }
        }
    }

    #[test]
    fn the_pack_is_everything_in_ops_and_the_runbook() {
        let ops = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ops");
        let mut expected = BTreeSet::from(["operations.md", "operations.ru.md"].map(str::to_owned));
        below(&ops, &ops, &mut expected);
        let carried: BTreeSet<String> = FILES.iter().map(|file| file.path.to_owned()).collect();
        assert_eq!(carried, expected);
    }

    #[test]
    fn each_link_stands_in_one_place_of_both_forms_of_the_alerts() {
        for path in ["prometheus/alerts.yml", "kubernetes/prometheusrule.yaml"] {
            let text = FILES.iter().find(|file| file.path == path).unwrap().text;
            for link in [RUNBOOK, NODE, GRAFANA] {
                assert_eq!(text.matches(&link.line(link.default)).count(), 1, "{path}: {link:?}");
                let set = link.set(text, "https://elsewhere.example");
                assert!(set.contains(&link.line("https://elsewhere.example")), "{path}");
                assert!(!set.contains(&link.line(link.default)), "{path}");
            }
        }
    }
}
