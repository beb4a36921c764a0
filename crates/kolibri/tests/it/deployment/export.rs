//! `kolibri ops export`: whoever has only the binary has the whole pack.

use std::path::Path;

use crate::running::cli::{Ended, run};
use crate::shipped::{Copy, path, text, tool};

fn export(directory: &Path, flags: &[&str]) -> Ended {
    run(&[&["ops", "export", directory.to_str().unwrap()], flags].concat())
}

#[test]
fn the_pack_comes_out_of_the_binary_as_it_is_in_the_source() {
    let folder = tempfile::tempdir().unwrap();
    let ops = folder.path().join("ops");
    let printed = export(&ops, &[]).printed();
    assert!(printed.contains("Next:") && printed.contains("ops/operations.md"), "{printed}");
    let written: Vec<&str> = printed.lines().take_while(|line| !line.is_empty()).collect();
    assert!(written.len() > 20, "{printed}");
    for file in written {
        let name = Path::new(file).strip_prefix(&ops).unwrap().to_str().unwrap();
        let source = if name.starts_with("operations") { "docs" } else { "ops" };
        assert_eq!(std::fs::read_to_string(file).unwrap(), text(&format!("{source}/{name}")), "{name}");
    }
    let json = export(&ops, &["--json"]).json();
    assert_eq!(json["written"].as_array().unwrap().len(), 0, "nothing differs: {json}");
}

#[test]
fn what_somebody_changed_is_not_overwritten_unless_told() {
    let folder = tempfile::tempdir().unwrap();
    let changed = folder.path().join("compose.yaml");
    std::fs::write(&changed, "mine\n").unwrap();
    let said = export(folder.path(), &[]).failed(2);
    assert!(said.contains("nothing was written") && said.contains("compose.yaml"), "{said}");
    assert!(said.contains("--force"), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else was written either");
    assert_eq!(std::fs::read_to_string(&changed).unwrap(), "mine\n");
    export(folder.path(), &["--force"]).printed();
    assert_eq!(std::fs::read_to_string(&changed).unwrap(), text("ops/compose.yaml"));
}

#[test]
fn links_lead_where_the_flags_say_in_both_forms_of_the_alerts() {
    let folder = tempfile::tempdir().unwrap();
    let flags = [
        "--runbook-url=https://wiki.example/kolibri",
        "--node-url=https://kolibri.example/",
        "--grafana-url=https://grafana.example",
    ];
    export(folder.path(), &flags).printed();
    for file in ["prometheus/alerts.yml", "kubernetes/prometheusrule.yaml"] {
        let alerts = std::fs::read_to_string(folder.path().join(file)).unwrap();
        for line in [
            " runbook: https://wiki.example/kolibri\n",
            " node: https://kolibri.example\n",
            " grafana: https://grafana.example\n",
        ] {
            assert_eq!(alerts.matches(line).count(), 1, "{file}: {line}");
        }
    }
    let unnamed = tempfile::tempdir().unwrap();
    export(unnamed.path(), &["--node-url=https://kolibri.example"]).printed();
    let alerts = std::fs::read_to_string(unnamed.path().join("prometheus/alerts.yml")).unwrap();
    assert!(alerts.contains(" runbook: https://kolibri.example/runbook\n"), "the node shows the runbook");
    for wrong in [
        "kolibri.example",
        "ftp://kolibri.example",
        "https://kolibri.example/#/x",
        "https://u:p@kolibri.example",
    ] {
        export(folder.path(), &["--node-url", wrong]).failed(2);
    }
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let said = export(&file, &[]).failed(2);
    assert!(said.contains(file.to_str().unwrap()), "{said}");
    assert!(path("ops").is_dir());
}

/// The YAML files of a pack that are none.
fn no_yaml(copy: &Copy) -> String {
    let script = "import pathlib, sys, yaml
for path in pathlib.Path(sys.argv[1]).rglob('*.y*ml'):
    try:
        list(yaml.safe_load_all(path.open()))
    except yaml.YAMLError as error:
        print(path, error)";
    tool("python", &["-c", script, copy.at("").to_str().unwrap()]).accepted()
}

#[test]
fn every_yaml_file_is_yaml_and_one_that_is_not_is_caught() {
    assert_eq!(no_yaml(&Copy::of_ops()), "");
    let broken = Copy::of_ops().change("collector/collector.yaml", "receivers:", "receivers: [");
    assert!(no_yaml(&broken).contains("collector.yaml"));
}
