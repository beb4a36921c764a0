//! The systemd units: systemd itself finds nothing wrong with them, their sandbox is tight, and the command lines in them
//! are ones that the binary takes.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use crate::programs::program;
use crate::running::cli::{self, unprivileged};
use crate::running::{Running, eventually, kolibri};
use crate::shipped::{self, Copy, Verdict, judge, text, tool};

const UNITS: [&str; 5] = [
    "kolibri.service",
    "kolibri-soak.service",
    "kolibri-soak.timer",
    "kolibri-backup.service",
    "kolibri-backup.timer",
];
const INSTALLED: &str = "/usr/local/bin/kolibri";

/// The units, with the binary where it is here and not where it will be installed.
fn units() -> Copy {
    let binary = env!("CARGO_BIN_EXE_kolibri");
    let services = UNITS.into_iter().filter(|unit| unit.ends_with(".service"));
    services.fold(Copy::of_ops(), |copy, unit| copy.change(&format!("systemd/{unit}"), INSTALLED, binary))
}

/// systemd exits with 0 even when it does not know a key: whatever it says is a fault.
fn verify(units: &Copy) -> Verdict {
    let paths = UNITS.map(|unit| units.at(&format!("systemd/{unit}")));
    let Verdict { good, said } = judge(program("systemd-analyze").arg("verify").args(paths));
    Verdict { good: good && said.trim().is_empty(), said }
}

/// The exposure of a unit, from 0 to 10.
fn exposure(units: &Copy, unit: &str) -> f64 {
    let path = units.at(&format!("systemd/{unit}"));
    let said = tool("systemd-analyze", &["security", "--offline=true", path.to_str().unwrap()]).accepted();
    let score = said.split("exposure level for ").nth(1).and_then(|rest| rest.split_whitespace().nth(1));
    score.and_then(|score| score.parse().ok()).unwrap_or_else(|| panic!("no score in {said}"))
}

#[test]
fn systemd_finds_nothing_wrong_with_the_units() {
    assert_eq!(verify(&units()).accepted(), "");
}

#[test]
fn systemd_finds_mistakes_in_broken_copies() {
    for (unit, from, to, mistake) in [
        (UNITS[0], "ProtectSystem=", "ProtectSytem=", "ProtectSytem"),
        (UNITS[0], "SystemCallFilter=@system-service", "SystemCallFilter=@sytem", "@sytem"),
        (UNITS[0], "ExecStart=/", "ExecStart=/nowhere/", "/nowhere/"),
        (UNITS[1], "Type=oneshot", "Type=once", "once"),
        (UNITS[2], "OnCalendar=*-*-* 03", "OnCalendar=*-*-* 33", "calendar specification"),
    ] {
        verify(&units().change(&format!("systemd/{unit}"), from, to)).catches(mistake);
    }
}

#[test]
fn the_services_are_exposed_to_little() {
    let units = units();
    for unit in [UNITS[0], UNITS[1], UNITS[3]] {
        let exposure = exposure(&units, unit);
        assert!(exposure < 2.0, "{unit}: {exposure}");
    }
}

#[test]
fn a_service_without_its_system_call_filter_is_exposed_to_more() {
    let open = units().change("systemd/kolibri.service", "SystemCallFilter=", "#").change(
        "systemd/kolibri.service",
        "CapabilityBoundingSet=",
        "#",
    );
    assert!(exposure(&open, "kolibri.service") >= 2.0);
}

#[test]
fn the_user_of_the_services_is_made() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("etc")).unwrap();
    let sysusers = shipped::path("ops/systemd/kolibri.sysusers.conf");
    let root_flag = format!("--root={}", root.path().display());
    tool("systemd-sysusers", &[&root_flag, sysusers.to_str().unwrap()]).accepted();
    let users = std::fs::read_to_string(root.path().join("etc/passwd")).unwrap();
    let made = users.lines().find(|line| line.starts_with("kolibri:")).unwrap();
    assert!(made.contains(":/var/lib/kolibri:"), "{made}");
    for unit in [UNITS[0], UNITS[1], UNITS[3]] {
        assert!(text(&format!("ops/systemd/{unit}")).contains("\nUser=kolibri\nGroup=kolibri\n"), "{unit}");
    }
}

/// The variables that a unit sets.
fn environment(unit: &str) -> Vec<(String, String)> {
    let text = text(&format!("ops/systemd/{unit}"));
    let set = text.lines().filter_map(|line| line.strip_prefix("Environment=")?.split_once('='));
    set.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn the_settings_of_the_unit_are_settings_of_the_node() {
    let checked = cli::end(kolibri().args(["config", "check"]).envs(environment("kolibri.service")));
    assert_eq!((checked.code, checked.err.as_str()), (0, ""), "{checked:?}");
    assert!(checked.out.contains("/var/lib/kolibri\n"), "{}", checked.out);
}

#[test]
fn the_nightly_drill_made_shorter_passes_on_a_healthy_node() {
    let text = text("ops/systemd/kolibri-soak.service");
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("ExecStart={INSTALLED} "))).unwrap();
    assert!(line.contains("--minutes 60 "), "{line}");
    let line = line.replace("--minutes 60 ", "--minutes 1 ");
    let data = tempfile::tempdir().unwrap();
    let node = Running::start(data.path());
    node.run(&line.split(' ').collect::<Vec<_>>()).printed();
}

#[test]
fn the_nightly_backup_keeps_seven_and_works_on_a_healthy_node() {
    let text = text("ops/systemd/kolibri-backup.service");
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("ExecStart={INSTALLED} "))).unwrap();
    assert!(
        text.contains("\nStateDirectory=kolibri kolibri-backups\n") && line.ends_with(" --keep 7"),
        "{line}"
    );
    let (data, backups) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let node = Running::start(data.path());
    let line = line.replace("/var/lib/kolibri-backups", backups.path().to_str().unwrap());
    node.run(&line.split(' ').collect::<Vec<_>>()).printed();
    assert_eq!(std::fs::read_dir(backups.path()).unwrap().count(), 2, "a backup and its checksum");
}

/// systemd's sets of system calls, by their names.
fn sets() -> BTreeMap<String, Vec<String>> {
    let mut sets: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut name = String::new();
    for line in tool("systemd-analyze", &["syscall-filter", "--no-pager"]).accepted().lines() {
        match line.strip_prefix("    ") {
            Some(member) if !member.starts_with('#') => sets.get_mut(&name).unwrap().push(member.to_owned()),
            Some(_) => {}
            None if line.starts_with('@') => {
                name = line.to_owned();
                sets.insert(name.clone(), Vec::new());
            }
            None => {}
        }
    }
    sets
}

fn members(sets: &BTreeMap<String, Vec<String>>, name: &str) -> BTreeSet<String> {
    match sets.get(name) {
        Some(within) => within.iter().flat_map(|name| members(sets, name)).collect(),
        None => BTreeSet::from([name.to_owned()]),
    }
}

/// The system calls that a unit allows.
fn allowed(unit: &str) -> BTreeSet<String> {
    let (sets, text) = (sets(), text(&format!("ops/systemd/{unit}")));
    // What every filter allows implicitly.
    let mut allowed = members(&sets, "@default");
    for filter in text.lines().filter_map(|line| line.strip_prefix("SystemCallFilter=")) {
        let named = |filter: &str| -> BTreeSet<String> {
            filter.split(' ').flat_map(|name| members(&sets, name)).collect()
        };
        match filter.strip_prefix('~') {
            Some(denied) => allowed = &allowed - &named(denied),
            None => allowed.extend(named(filter)),
        }
    }
    allowed
}

#[test]
fn every_system_call_of_a_busy_node_is_one_that_the_unit_allows() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let counted = folder.path().join("calls");
    let mut traced = program("strace");
    // The unit's user is no superuser, for whom SQLite does more.
    if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
        traced.args(["-u", "nobody"]);
    }
    // The tracer stands aside (-D), so that signals go to the node.
    traced.args(["-D", "-f", "-c", "-U", "name", "-o"]).arg(&counted);
    traced.arg(unprivileged(folder.path()).get_program()).arg("serve");
    traced.env("KOLIBRI_DATA_DIR", folder.path().join("data"));
    traced.envs([("KOLIBRI_HTTP_PORT", "0"), ("KOLIBRI_PROMETHEUS_PORT", "0")]);
    traced.envs([("KOLIBRI_PROMETHEUS_HOST", "127.0.0.1"), ("KOLIBRI_OTLP_ENDPOINT", "http://localhost:9")]);
    traced.env("KOLIBRI_OTLP_EXPORT_INTERVAL_MS", "100");
    let node = Running::spawn(traced);
    for number in 0..50 {
        node.teach(&format!("question {number}"), "answer");
    }
    eventually("similar questions are answered", || node.ask("questions 7")["answer"].as_str().map(drop));
    node.run(&["forget", "question 7"]).printed();
    node.run(&["export"]).printed();
    node.scrape();
    node.stop();
    let table = eventually("the calls are counted", || {
        std::fs::read_to_string(&counted).ok().filter(|table| table.contains("total"))
    });
    let made = table.lines().filter(|line| !line.starts_with('-') && !line.contains("total"));
    let made: BTreeSet<String> =
        made.skip(1).filter_map(|line| line.split_whitespace().last()).map(str::to_owned).collect();
    assert!(made.contains("fdatasync") || made.contains("fsync"), "{made:?}");
    let allowed = allowed("kolibri.service");
    assert!(allowed.contains("read") && !allowed.contains("chroot"), "{allowed:?}");
    let denied = &made - &allowed;
    assert!(denied.is_empty(), "the unit would forbid {denied:?}");
}
