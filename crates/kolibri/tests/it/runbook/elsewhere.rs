//! The commands for systemd, compose and Kubernetes, none of which is at hand: their syntax, and that what they name is
//! shipped.

use std::path::Path;

use serde_json::Value;

use super::{ENGLISH, blocks, page};
use crate::shipped::markdown::Part;
use crate::shipped::{path, text, tool, yaml};

/// The words of a block, without what is around them.
fn words(block: &str) -> Vec<&str> {
    block.split([' ', '\n', '\'', '"', '=', '(', ')', '>', '<']).filter(|word| !word.is_empty()).collect()
}

/// What is wrong with a block: a file or name that is not shipped.
fn unknown(environment: &str, block: &str) -> Option<String> {
    let unknown = match environment {
        "systemd" => unknown_unit,
        "compose" => unknown_service,
        _ => unknown_object,
    };
    let unshipped = |word: &&str| word.starts_with("ops/") && *word != "ops/.env" && !path(word).exists();
    words(block).into_iter().find(unshipped).map(str::to_owned).or_else(|| unknown(block))
}

fn unknown_unit(block: &str) -> Option<String> {
    let units = text("ops/systemd/kolibri.service") + &text("ops/systemd/kolibri-soak.service");
    let known = |word: &str| match word {
        "/usr/local/bin/kolibri" => units.contains(&format!("ExecStart={word} ")),
        "/etc/kolibri/kolibri.env" => units.contains(&format!("EnvironmentFile=-{word}\n")),
        _ if word.ends_with(".service") || word.ends_with(".timer") => {
            path("ops/systemd").join(Path::new(word).file_name().unwrap()).is_file()
        }
        _ => true,
    };
    words(block).into_iter().find(|word| !known(word)).map(str::to_owned)
}

fn unknown_service(block: &str) -> Option<String> {
    let compose = yaml(&text("ops/compose.yaml")).remove(0);
    let services = compose["services"].as_object().unwrap();
    let profiles: Vec<&Value> = services.values().filter_map(|service| service["profiles"].get(0)).collect();
    for line in block.lines().filter_map(|line| line.strip_prefix("docker compose -f ops/compose.yaml ")) {
        let mut words = line.split(' ');
        let mut subcommand = words.next()?;
        if subcommand == "--profile" {
            let profile = words.next()?;
            if !profiles.contains(&&Value::from(profile)) {
                return Some(profile.to_owned());
            }
            subcommand = words.next()?;
        }
        // A flag's value, such as 10m, is no service.
        let named = words.filter(|word| word.chars().all(|letter| letter.is_ascii_lowercase()));
        // What follows the service is run inside of it.
        let named = named.take(if ["exec", "run"].contains(&subcommand) { 1 } else { usize::MAX });
        if let Some(name) = named.into_iter().find(|name| !services.contains_key(*name)) {
            return Some(format!("{subcommand} {name}"));
        }
    }
    let image = block.lines().find_map(|line| line.strip_prefix("docker build -t ")?.split(' ').next());
    let wanted = services["kolibri"]["image"].as_str().unwrap();
    image.filter(|image| !wanted.contains(&format!(":-{image}}}"))).map(str::to_owned)
}

fn unknown_object(block: &str) -> Option<String> {
    let folder = std::fs::read_dir(path("ops/kubernetes")).unwrap();
    let objects: Vec<Value> =
        folder.flat_map(|file| yaml(&std::fs::read_to_string(file.unwrap().path()).unwrap())).collect();
    let known = |kind: &str, name: &str| {
        let creates =
            |line: &str| line.contains("create job --from=cronjob/") && line.ends_with(&format!(" {name}"));
        let made = kind == "job" && text(ENGLISH).lines().any(creates);
        let kind_of = |object: &Value| object["kind"].as_str().unwrap().to_lowercase();
        made || objects.iter().any(|object| kind_of(object) == kind && object["metadata"]["name"] == name)
    };
    let namespaces = block.split(" -n ").skip(1).filter_map(|rest| rest.split(' ').next());
    let secrets = block.split("secret generic ").skip(1).filter_map(|rest| rest.split(' ').next());
    let mounted =
        |secret: &&str| text("ops/kubernetes/deployment.yaml").contains(&format!("secretName: {secret}\n"));
    words(block)
        .into_iter()
        .filter_map(|word| word.split_once('/'))
        .filter(|(kind, _)| ["deployment", "cronjob", "job", "service"].contains(kind))
        .find(|(kind, name)| !known(kind, name))
        .map(|(kind, name)| format!("{kind}/{name}"))
        .or_else(|| namespaces.into_iter().find(|name| !known("namespace", name)).map(str::to_owned))
        .or_else(|| secrets.into_iter().find(|secret| !mounted(secret)).map(str::to_owned))
}

#[test]
fn every_block_says_where_it_runs() {
    for part in page(ENGLISH) {
        let Part::Code { info, text } = part else { continue };
        let known = ["sh", "sh systemd", "sh compose", "sh kubernetes"].contains(&info.as_str());
        // What another program is told is no command.
        let known = known || info == "nginx";
        // A line of the browser's console is no command, and how another program is started is tested in ops_live.
        let other = ["[kolibri]", "victoria-metrics"].iter().any(|beginning| text.starts_with(beginning));
        assert!(known || info.is_empty() && other, "`{info}`: {text}");
    }
}

#[test]
fn every_command_is_sound_and_names_what_is_shipped() {
    for environment in ["systemd", "compose", "kubernetes"] {
        let blocks = blocks(environment);
        assert!(blocks.len() >= 2, "{environment}");
        for block in blocks {
            assert_eq!(unknown(environment, &block), None, "{environment}: {block}");
            is_sound(&block).unwrap_or_else(|said| panic!("{block}\n{said}"));
        }
    }
}

/// What shellcheck finds.
fn is_sound(block: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("block.sh");
    std::fs::write(&script, block).unwrap();
    let verdict = tool("shellcheck", &["--shell=bash", script.to_str().unwrap()]);
    if verdict.good { Ok(()) } else { Err(verdict.said) }
}

#[test]
fn commands_that_name_what_is_not_there_are_caught() {
    for (environment, block, named) in [
        ("systemd", "sudo systemctl restart kolibr.service", "kolibr.service"),
        ("systemd", "sudo install -m 0755 kolibri /usr/bin/../local/bin/kolibri-soak.timers.timer", "timers"),
        ("systemd", "cat ops/systemd/kolibri.conf", "ops/systemd/kolibri.conf"),
        ("compose", "docker compose -f ops/compose.yaml restart kolibry", "kolibry"),
        ("compose", "docker compose -f ops/compose.yaml --profile otel up -d", "otel"),
        ("compose", "docker build -t kolibri:0.0.9 .", "kolibri:0.0.9"),
        ("kubernetes", "kubectl -n kolibri rollout restart deployment/kolibry", "deployment/kolibry"),
        ("kubernetes", "kubectl -n colibri get pods", "colibri"),
        ("kubernetes", "kubectl -n kolibri create secret generic token", "token"),
    ] {
        let found = unknown(environment, block).unwrap_or_else(|| panic!("nothing is wrong with {block}"));
        assert!(found.contains(named), "{found}");
    }
    assert!(is_sound("if true; then echo").is_err());
}
