//! The containers: compose file, image, and the collector's configuration.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::running::{cli, kolibri};
use crate::shipped::{Copy, Verdict, path, text, tool, yaml};

fn services() -> serde_json::Map<String, Value> {
    yaml(&text("ops/compose.yaml")).remove(0)["services"].as_object().unwrap().clone()
}

/// The texts of a list.
fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().map(|item| item.as_str().unwrap().to_owned()).collect()
}

fn validate(copy: &Copy) -> Verdict {
    tool(
        "check-jsonschema",
        &["--builtin-schema", "vendor.compose-spec", copy.at("compose.yaml").to_str().unwrap()],
    )
}

#[test]
fn the_compose_file_follows_the_compose_specification() {
    validate(&Copy::of_ops()).accepted();
}

#[test]
fn mistakes_in_the_compose_file_are_caught() {
    for (from, to, mistake) in [
        ("    ports:", "    port:", "port"),
        ("interval: 10s", "interval: {every: 10s}", "interval"),
        ("restart: unless-stopped", "restarts: unless-stopped", "restarts"),
        ("condition: service_healthy", "condition: service_fine", "service_fine"),
    ] {
        validate(&Copy::of_ops().change("compose.yaml", from, to)).catches(mistake);
    }
}

/// What a container may do or shows that it should not.
fn liberties(compose: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (name, service) in compose["services"].as_object().unwrap() {
        let image = service["image"].as_str().unwrap().trim_end_matches('}');
        let tag = image.rsplit(':').next().unwrap().trim_start_matches('v');
        let ports = texts(&service["ports"]);
        for (holds, liberty) in [
            (tag.split('.').count() == 3, "an image that is not pinned"),
            (texts(&service["cap_drop"]) == ["ALL"], "capabilities"),
            (texts(&service["security_opt"]) == ["no-new-privileges:true"], "new privileges"),
            // Grafana writes its plugins there.
            (service["read_only"] == true || name == "grafana", "a root file system that can be written"),
            (ports.iter().all(|port| port.starts_with("127.0.0.1:")), "a port beyond loopback"),
            // Nothing in the collector's image could check it, and what ends by itself has nothing to be checked.
            (
                service["healthcheck"]["test"].is_array()
                    || name == "collector"
                    || service["restart"] == "no",
                "no health check",
            ),
        ] {
            if !holds {
                found.push(format!("{name} has {liberty}"));
            }
        }
    }
    found
}

#[test]
fn every_container_has_a_pinned_image_few_rights_and_ports_on_loopback_only() {
    let shipped = text("ops/compose.yaml");
    assert_eq!(liberties(&yaml(&shipped)[0]), [""; 0]);
    for (from, to, liberty) in [
        ("127.0.0.1:9090:9090", "9090:9090", "prometheus has a port beyond loopback"),
        (
            "prom/alertmanager:v0.32.1",
            "prom/alertmanager:latest",
            "alertmanager has an image that is not pinned",
        ),
        ("cap_drop: [ALL]", "cap_drop: [CHOWN]", "kolibri has capabilities"),
        ("no-new-privileges:true", "no-new-privileges:false", "grafana has new privileges"),
        ("read_only: true", "read_only: false", "kolibri has a root file system that can be written"),
        ("test: [CMD, kolibri, healthcheck]", "disable: true", "kolibri has no health check"),
    ] {
        let broken = shipped.replace(from, to);
        assert_ne!(broken, shipped, "{from}");
        assert!(liberties(&yaml(&broken)[0]).iter().any(|found| found == liberty), "{liberty}");
    }
}

#[test]
fn what_the_containers_mount_is_shipped() {
    let volumes = yaml(&text("ops/compose.yaml")).remove(0)["volumes"].as_object().unwrap().clone();
    for (name, service) in services() {
        for mount in texts(&service["volumes"]) {
            let source = mount.split(':').next().unwrap();
            let known = match source.strip_prefix("./") {
                Some(folder) => path("ops").join(folder).is_dir() && mount.ends_with(":ro"),
                None => volumes.contains_key(source),
            };
            assert!(known, "{name}: {mount}");
        }
    }
}

#[test]
fn the_settings_of_the_container_are_settings_of_the_node() {
    let environment = services()["kolibri"]["environment"].as_object().unwrap().clone();
    // What compose would put in from .env.
    let filled = environment.into_iter().map(|(name, value)| match value.as_str().unwrap() {
        secret if secret.starts_with("${KOLIBRI_API_TOKEN:?") => (name, "0123456789abcdef".to_owned()),
        value => match value.strip_prefix("${").and_then(|value| value.strip_suffix('}')?.split_once(":-")) {
            Some((_, default)) => (name, default.to_owned()),
            None => (name, value.to_owned()),
        },
    });
    let checked = cli::end(kolibri().args(["config", "check"]).envs(filled));
    assert_eq!((checked.code, checked.err.as_str()), (0, ""), "{checked:?}");
}

#[test]
fn containers_are_scraped_as_a_single_node_is() {
    let alone = text("ops/prometheus/prometheus.yml");
    let composed = text("ops/prometheus/prometheus.compose.yml");
    let renamed = composed.replace("\"kolibri:9464\"", "\"127.0.0.1:9464\"");
    let renamed = renamed.replace("\"alertmanager:9093\"", "\"127.0.0.1:9093\"");
    assert_eq!(yaml(&renamed), yaml(&alone));
    assert_ne!(composed, renamed);
    let path = path("ops/prometheus/prometheus.compose.yml");
    tool("promtool", &["check", "config", path.to_str().unwrap()]).accepted();
}

/// A node that is scraped and pushes must not reach the same Prometheus twice.
#[test]
fn nothing_is_fed_to_prometheus_by_both_ways() {
    let collector = yaml(&text("ops/collector/collector.yaml")).remove(0);
    let exporters: Vec<&String> = collector["exporters"].as_object().unwrap().keys().collect();
    assert_eq!(exporters, ["otlphttp"], "to somewhere else, as the environment says");
    assert_eq!(collector["exporters"]["otlphttp"]["endpoint"], "${env:UPSTREAM_OTLP_ENDPOINT}");
    let services = services();
    assert_eq!(texts(&services["collector"]["profiles"]), ["otlp"], "off until it is asked for");
    let flags = texts(&services["prometheus"]["command"]).join(" ");
    assert!(!flags.contains("otlp") && !flags.contains("remote-write"), "{flags}");
}

/// Parts of the collector that are used and not defined, or defined and not used. Its own validator is not at hand.
fn misfits(collector: &Value) -> Vec<String> {
    let pipelines = collector["service"]["pipelines"].as_object().unwrap();
    let mut misfits = Vec::new();
    for part in ["receivers", "processors", "exporters"] {
        let defined: BTreeSet<String> = collector[part].as_object().unwrap().keys().cloned().collect();
        for pipeline in pipelines.values() {
            let used: BTreeSet<String> = texts(&pipeline[part]).into_iter().collect();
            misfits.extend(used.symmetric_difference(&defined).map(|name| format!("{part}: {name}")));
        }
    }
    misfits
}

#[test]
fn every_part_of_the_collector_is_defined_and_used() {
    let shipped = text("ops/collector/collector.yaml");
    assert_eq!(misfits(&yaml(&shipped)[0]), [""; 0]);
    let signals: Vec<String> =
        yaml(&shipped)[0]["service"]["pipelines"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(signals, ["logs", "metrics", "traces"], "what a node can push");
    for (from, to, misfit) in [
        ("exporters: [otlphttp]", "exporters: [otlp]", "exporters: otlp"),
        ("  batch:\n", "", "processors: batch"),
        ("receivers: [otlp]", "receivers: []", "receivers: otlp"),
    ] {
        let broken = shipped.replace(from, to);
        assert_ne!(broken, shipped, "{from}");
        assert!(misfits(&yaml(&broken)[0]).iter().any(|found| found == misfit), "{misfit}");
    }
    let variables = services()["collector"]["environment"].as_object().unwrap().clone();
    for variable in variables.keys() {
        assert!(shipped.contains(&format!("${{env:{variable}}}")), "{variable} is not used");
    }
}

#[test]
fn the_image_is_made_as_it_should_be() {
    tool("hadolint", &[path("Dockerfile").to_str().unwrap()]).accepted();
    let dockerfile = text("Dockerfile");
    let last = dockerfile.rsplit("\nFROM ").next().unwrap();
    assert!(last.contains("\nUSER 65532:65532\n"), "not as root: {last}");
    assert!(last.contains("CMD [\"kolibri\", \"healthcheck\"]"), "{last}");
    let rust = rust_version(&text("Cargo.toml"));
    assert!(dockerfile.contains(&format!("FROM rust:{rust}.")), "the Rust that Cargo.toml asks for: {rust}");
}

/// `rust-version` of the workspace.
fn rust_version(manifest: &str) -> String {
    let line = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap();
    line.trim_matches('"').to_owned()
}

#[test]
fn mistakes_in_the_image_are_caught() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("Dockerfile");
    for (from, to, mistake) in [
        ("FROM gcr.io/distroless/cc-debian12:nonroot", "FROM debian", "DL3006"),
        ("USER 65532:65532", "USER root", "DL3002"),
        ("ENTRYPOINT [\"kolibri\"]", "ENTRYPOINT kolibri", "DL3025"),
    ] {
        std::fs::write(&broken, text("Dockerfile").replace(from, to)).unwrap();
        tool("hadolint", &[broken.to_str().unwrap()]).catches(mistake);
    }
}

#[test]
fn the_image_is_built_from_what_it_needs_and_nothing_secret() {
    let ignored = text(".dockerignore");
    assert!(ignored.lines().any(|line| line == "*"), "everything is left out that is not named");
    for needed in ["Cargo.toml", "Cargo.lock", "crates/", "docs/", "ops/", "scripts/", "web/"] {
        assert!(ignored.lines().any(|line| line == format!("!{needed}")), "{needed}");
    }
    assert!(ignored.lines().any(|line| line == "ops/.env"));
}
