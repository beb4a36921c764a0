//! The manifests, as kustomize renders them.

use serde_json::Value;

use crate::programs::program;
use crate::running::{Running, cli, eventually, kolibri};
use crate::shipped::{Copy, Verdict, text, tool, yaml};

/// A rendered pack.
struct Rendered {
    copy: Copy,
}

impl Rendered {
    fn new(copy: Copy) -> Self {
        let output = program("kubectl").arg("kustomize").arg(copy.at("")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::write(copy.at("rendered.yaml"), output.stdout).unwrap();
        Self { copy }
    }

    fn shipped() -> Self {
        Self::new(Copy::of_ops())
    }

    fn path(&self) -> String {
        self.copy.at("rendered.yaml").to_str().unwrap().to_owned()
    }

    fn objects(&self) -> Vec<Value> {
        yaml(&std::fs::read_to_string(self.path()).unwrap())
    }

    /// The one object of this kind and name.
    fn object(&self, kind: &str, name: &str) -> Value {
        let mut found = self.objects().into_iter();
        found
            .find(|object| object["kind"] == kind && object["metadata"]["name"] == name)
            .unwrap_or_else(|| panic!("no {kind} {name}"))
    }

    /// Kubernetes' own objects, by its schemas.
    fn core(&self) -> Verdict {
        tool("kubernetes-validate", &["--strict", "--no-warn", &self.path()])
    }
}

/// What the models of the Prometheus operator's objects say of each rendered pack. They take seconds to load, so they
/// look at all of them at once.
fn custom(rendered: &[Rendered]) -> Vec<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/deployment/custom_resources.py");
    let paths: Vec<String> = rendered.iter().map(Rendered::path).collect();
    let arguments: Vec<&str> = [script].into_iter().chain(paths.iter().map(String::as_str)).collect();
    tool("python", &arguments).accepted().lines().map(str::to_owned).collect()
}

/// The pods that an object makes.
fn pod(object: &Value) -> &Value {
    let template = "/template/spec";
    let paths = [format!("/spec{template}"), format!("/spec/jobTemplate/spec{template}")];
    paths.iter().find_map(|path| object.pointer(path)).unwrap()
}

#[test]
fn every_object_is_one_that_kubernetes_and_the_operator_know() {
    let rendered = Rendered::shipped();
    let said = rendered.core().accepted();
    let kinds = ["namespace", "deployment", "service", "persistentvolumeclaim", "cronjob", "configmap"];
    for kind in kinds {
        assert!(said.contains(&format!("resource {kind}/kolibri")), "{kind} was not checked: {said}");
    }
    assert_eq!(custom(&[rendered]), ["2 objects are good"]);
}

#[test]
fn mistakes_in_the_manifests_are_caught() {
    for (file, from, to, mistake) in [
        ("deployment", "replicas: 1", "replicass: 1", "replicass"),
        ("deployment", "containerPort: 8080", "containerPort: http", "http"),
        ("deployment", "readOnlyRootFilesystem", "readOnlyRootFileSystem", "readOnlyRootFileSystem"),
        ("cronjob", "schedule: \"0 3 * * *\"", "schedule: 3", "3"),
        (
            "persistentvolumeclaim",
            "accessModes: [ReadWriteOnce]",
            "accessModes: ReadWriteOnce",
            "ReadWriteOnce",
        ),
    ] {
        let file = format!("kubernetes/{file}.yaml");
        Rendered::new(Copy::of_ops().change(&file, from, to)).core().catches(mistake);
    }
}

#[test]
fn mistakes_in_what_the_operator_reads_are_caught() {
    let mistakes = [
        ("servicemonitor", "interval: 15s", "interval: soon", "interval"),
        ("servicemonitor", "      path: /metrics", "      paht: /metrics", "paht is not known"),
        ("servicemonitor", "  selector:", "  selectors:", "selector"),
        ("prometheusrule", "for: 10m", "for: soon", "for"),
        ("prometheusrule", "keep_firing_for:", "keeps_firing_for:", "keeps_firing_for is not known"),
    ];
    let broken = mistakes.map(|(file, from, to, _)| {
        Rendered::new(Copy::of_ops().change(&format!("kubernetes/{file}.yaml"), from, to))
    });
    for (said, (.., mistake)) in custom(&broken).iter().zip(mistakes) {
        assert!(said.contains(mistake) && !said.contains("are good"), "{said} should tell of {mistake}");
    }
}

/// `make bless` writes the object anew.
#[test]
fn the_operator_gets_the_rules_that_prometheus_gets() {
    const HEAD: &str = "\
# The alerts of prometheus/alerts.yml for the Prometheus operator; written from them by
# `make bless`. `release` must match what your Prometheus selects rules by.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: kolibri
  labels:
    app.kubernetes.io/name: kolibri
    release: kube-prometheus-stack
spec:
";
    let alerts = text("ops/prometheus/alerts.yml");
    let groups = &alerts[alerts.find("\ngroups:").unwrap() + 1..];
    let indented = groups.lines().map(|line| format!("  {line}").trim_end().to_owned() + "\n");
    let expected = HEAD.to_owned() + &indented.collect::<String>();
    let path = crate::shipped::path("ops/kubernetes/prometheusrule.yaml");
    if std::env::var_os("KOLIBRI_BLESS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    assert!(std::fs::read_to_string(&path).unwrap_or_default() == expected, "not current; run make bless");
    let rule = Rendered::shipped().object("PrometheusRule", "kolibri");
    assert_eq!(rule["spec"], yaml(&alerts).remove(0));
}

#[test]
fn grafanas_sidecar_picks_up_the_dashboards_as_they_are() {
    let rendered = Rendered::shipped();
    for name in ["kolibri-backend-overview", "kolibri-soak-drills"] {
        let map = rendered.object("ConfigMap", name);
        assert_eq!(map["metadata"]["labels"]["grafana_dashboard"], "1");
        let carried = map["data"][format!("{name}.json")].as_str().unwrap();
        assert_eq!(carried, text(&format!("ops/grafana/dashboards/{name}.json")));
    }
}

#[test]
fn what_is_scraped_gets_the_job_that_rules_and_dashboards_select() {
    let rendered = Rendered::shipped();
    let (service, monitor) =
        (rendered.object("Service", "kolibri"), rendered.object("ServiceMonitor", "kolibri"));
    // The job of a ServiceMonitor without a jobLabel is the name of the Service.
    assert!(monitor["spec"].get("jobLabel").is_none());
    assert!(text("ops/prometheus/prometheus.yml").contains("job_name: kolibri\n"));
    let selected = &monitor["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"];
    assert_eq!(&service["metadata"]["labels"]["app.kubernetes.io/name"], selected);
    let ports: Vec<_> =
        service["spec"]["ports"].as_array().unwrap().iter().map(|port| &port["name"]).collect();
    assert!(ports.contains(&&monitor["spec"]["endpoints"][0]["port"]), "{ports:?}");
    let deployment = rendered.object("Deployment", "kolibri");
    let labels = &deployment["spec"]["template"]["metadata"]["labels"];
    assert_eq!(&service["spec"]["selector"], labels);
    assert_eq!(&deployment["spec"]["selector"]["matchLabels"], labels);
}

#[test]
fn a_genome_never_has_two_writers() {
    let deployment = Rendered::shipped().object("Deployment", "kolibri");
    assert_eq!(
        (&deployment["spec"]["replicas"], &deployment["spec"]["strategy"]["type"]),
        (&1.into(), &"Recreate".into())
    );
}

#[test]
fn the_pods_may_do_little() {
    let rendered = Rendered::shipped();
    for object in [
        rendered.object("Deployment", "kolibri"),
        rendered.object("CronJob", "kolibri-soak"),
        rendered.object("CronJob", "kolibri-backup"),
        restore(),
    ] {
        let pod = pod(&object);
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
        assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
        assert_eq!(pod["automountServiceAccountToken"], false);
        for container in pod["containers"].as_array().unwrap() {
            let rights = &container["securityContext"];
            assert_eq!(rights["allowPrivilegeEscalation"], false);
            assert_eq!(rights["readOnlyRootFilesystem"], true);
            assert_eq!(rights["capabilities"]["drop"][0], "ALL");
            assert!(container["resources"]["limits"]["memory"].is_string());
        }
    }
}

/// The job that is created by hand.
fn restore() -> Value {
    yaml(&text("ops/kubernetes/job-restore.yaml")).remove(0)
}

fn arguments(object: &Value) -> Vec<String> {
    let arguments = pod(object)["containers"][0]["args"].as_array().unwrap();
    arguments.iter().map(|argument| argument.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_restore_finds_the_volumes_of_the_node_and_of_its_backups_and_what_they_run_works() {
    let rendered = Rendered::shipped();
    let (deployment, backup) =
        (rendered.object("Deployment", "kolibri"), rendered.object("CronJob", "kolibri-backup"));
    tool(
        "kubernetes-validate",
        &["--strict", "--no-warn", crate::shipped::path("ops/kubernetes/job-restore.yaml").to_str().unwrap()],
    )
    .accepted();
    let claims = |object: &Value| -> Vec<String> {
        let volumes = pod(object)["volumes"].as_array().unwrap();
        let claims =
            volumes.iter().filter_map(|volume| volume["persistentVolumeClaim"]["claimName"].as_str());
        claims.map(str::to_owned).collect()
    };
    assert_eq!(claims(&deployment), ["kolibri"]);
    assert_eq!(claims(&backup), ["kolibri-backups"]);
    assert_eq!(claims(&restore()), ["kolibri-backups", "kolibri"]);
    rendered.object("PersistentVolumeClaim", "kolibri-backups");

    let folder = tempfile::tempdir().unwrap();
    let (data, backups) = (folder.path().join("data"), folder.path().join("backups"));
    std::fs::create_dir(&backups).unwrap();
    let here = |argument: String| argument.replace("/backups", backups.to_str().unwrap());
    let run = |object: &Value| -> Vec<String> { arguments(object).into_iter().map(here).collect() };
    let node = Running::start(&data);
    node.teach("a", "1");
    let made = run(&backup);
    node.run(&made.iter().map(String::as_str).collect::<Vec<_>>()).printed();
    node.stop();
    let made = std::fs::read_dir(&backups).unwrap().map(|entry| entry.unwrap().path());
    let made = made.into_iter().find(|path| path.extension().is_some_and(|end| end == "db")).unwrap();
    let mut restored = run(&restore());
    assert_eq!(
        Some(restored[1].len()),
        made.to_str().map(str::len),
        "the name looks like those that are made"
    );
    restored[1] = made.to_str().unwrap().to_owned();
    cli::end(kolibri().args(restored).env("KOLIBRI_DATA_DIR", &data)).printed();
    assert_eq!(Running::start(&data).ask("a")["answer"], "1");
}

/// The container's variables, with a real token in the place of the mounted one.
fn environment(object: &Value, token: &str) -> Vec<(String, String)> {
    let variables = pod(object)["containers"][0]["env"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().replace("/run/secrets/kolibri/token", token);
    variables.iter().map(|variable| (text(&variable["name"]), text(&variable["value"]))).collect()
}

#[test]
fn the_node_starts_as_the_deployment_says_and_answers_its_probes_and_its_drill() {
    let rendered = Rendered::shipped();
    let (deployment, drill) =
        (rendered.object("Deployment", "kolibri"), rendered.object("CronJob", "kolibri-soak"));
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "0123456789abcdef\n").unwrap();
    let token = token.to_str().unwrap();

    let checked = cli::end(kolibri().args(["config", "check"]).envs(environment(&deployment, token)));
    assert_eq!((checked.code, checked.err.as_str()), (0, ""), "{checked:?}");

    let mut serve = kolibri();
    serve.arg("serve").envs(environment(&deployment, token));
    serve.env("KOLIBRI_DATA_DIR", folder.path().join("data"));
    // The test listens on loopback only, and where there is room.
    serve.envs([("KOLIBRI_HTTP_HOST", "127.0.0.1"), ("KOLIBRI_PROMETHEUS_HOST", "127.0.0.1")]);
    serve.envs([("KOLIBRI_HTTP_PORT", "0"), ("KOLIBRI_PROMETHEUS_PORT", "0")]);
    let node = Running::spawn(serve);
    let container = &pod(&deployment)["containers"][0];
    for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
        let path = container[probe]["httpGet"]["path"].as_str().unwrap();
        eventually("the probe is content", || (node.get(path).0 == 200).then_some(()));
    }
    assert_eq!(node.get("/api/v1/genome").0, 401, "nobody gets in without the token");

    let arguments = pod(&drill)["containers"][0]["args"].as_array().unwrap().clone();
    let shorter = |argument| if argument == "--minutes=60" { "--minutes=1" } else { argument };
    let arguments: Vec<_> = arguments.iter().map(|argument| shorter(argument.as_str().unwrap())).collect();
    let mut drill = node.command(&arguments);
    cli::end(drill.env("KOLIBRI_API_TOKEN_FILE", token)).printed();
}

/// The host that the drill calls is one that the node serves.
#[test]
fn the_drill_finds_the_node_by_a_name_that_the_node_knows() {
    let rendered = Rendered::shipped();
    let value = |object: &Value, name: &str| {
        let variables = environment(object, "");
        variables.into_iter().find(|(variable, _)| variable == name).unwrap().1
    };
    let url = value(&rendered.object("CronJob", "kolibri-soak"), "KOLIBRI_URL");
    let host = url.trim_start_matches("http://").split(':').next().unwrap().to_owned();
    let hosts = value(&rendered.object("Deployment", "kolibri"), "KOLIBRI_HTTP_ALLOWED_HOSTS");
    assert!(hosts.split(',').any(|known| known == host), "{host} is not in {hosts}");
    assert_eq!(rendered.object("Service", "kolibri")["metadata"]["name"], host);
}

#[test]
fn a_kustomization_that_names_what_is_not_there_is_caught() {
    let broken =
        Copy::of_ops().change("kustomization.yaml", "kubernetes/service.yaml", "kubernetes/servise.yaml");
    tool("kubectl", &["kustomize", broken.at("").to_str().unwrap()]).catches("servise.yaml");
}
