//! What a node writes, the command line reads: each shape as it travels, with and without what may be null.

use kolibri_core::trace::Trace;
use kolibri_soak::{DrillProgress, DrillReport, Parameters};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, from_str, from_value, json, to_string};

use super::*;

/// A field that no version has.
const NEWER: &str = "of a newer node";
/// Objects whose keys are no fields, and the one that a request shares with the report of its drill.
const FIXED: [&str; 3] = ["errors", "latency", "mix"];

/// Checks that `text` is read and written again as it was, and that it is read as well with more fields in it.
#[track_caller]
fn travels<T: Serialize + DeserializeOwned>(text: &str) {
    let read: T = from_str(text).unwrap();
    assert_eq!(to_string(&read).unwrap(), text);

    let mut newer = from_str(text).unwrap();
    add_fields(&mut newer);
    let read: T = from_value(newer).unwrap();
    assert_eq!(to_string(&read).unwrap(), text);
}

fn add_fields(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let inner = fields.iter_mut().filter(|(name, _)| !FIXED.contains(&name.as_str()));
            inner.for_each(|(_, value)| add_fields(value));
            fields.insert(NEWER.to_owned(), json!({}));
        }
        Value::Array(items) => items.iter_mut().for_each(add_fields),
        _ => {}
    }
}

#[test]
fn answers_to_commands_travel() {
    travels::<TeachResponse>(r#"{"block":{"index":7,"hash":"ab"}}"#);
    travels::<ForgetResponse>(r#"{"block":{"index":9,"hash":"cd"},"erased":[7,8],"texts":"gone"}"#);
    travels::<AskResponse>(
        r#"{"match":"similar","how":"meaning","score":0.831,"answer":"Paris","stimulus":"the capital","source":{"index":7,"hash":"ab"},"taught":"2026-11-24T00:00:00Z","suggestions":[]}"#,
    );
    travels::<AskResponse>(
        r#"{"match":"none","how":null,"score":0.0,"answer":null,"stimulus":null,"source":null,"taught":null,"suggestions":[],"genome_broken":true}"#,
    );
    travels::<AskResponse>(
        r#"{"match":"none","how":null,"score":0.5,"answer":null,"stimulus":null,"source":null,"taught":null,"suggestions":[{"stimulus":"the capital","score":0.5,"answer":"Paris","source":{"index":7,"hash":"ab"},"taught":"2026-11-24T00:00:00Z"}]}"#,
    );
}

#[test]
fn answers_to_a_batch_travel() {
    travels::<LineResult>(r#"{"line":1,"effect":"replaced","block":{"index":7,"hash":"ab"}}"#);
    travels::<LineResult>(r#"{"line":1,"effect":"new"}"#);
    travels::<LineResult>(
        r#"{"line":2,"problem":{"type":"urn:kolibri:problem:bad_json","title":"t","status":400,"detail":"d"}}"#,
    );
    let summary = r#"{"summary":{"taught":3,"failed":1,"replaced":2,"unchanged":1}}"#;
    travels::<LineResult>(summary);
    assert!(matches!(from_str(summary), Ok(LineResult::Summary { .. })));
}

#[test]
fn the_genome_travels() {
    travels::<GenomeResponse>(r#"{"length":3,"head":"ab","time":"2026-11-24T00:00:00Z","format_version":1}"#);
    let block = |rest: &str| {
        format!(
            r#"{{"index":1,"time":"2026-11-24T00:00:00Z","time_ns":"1","event":"TEACH","digest":"d","previous":"p","hash":"h",{rest}}}"#
        )
    };
    for rest in [
        r#""content":{"genome_id":"00ff"},"replaces":null,"replaced_by":7,"erased_by":null"#,
        r#""content":{"stimulus":"a","response":"b"},"replaces":null,"replaced_by":7,"erased_by":null"#,
        r#""content":{"match":"similar","source":1,"score":0.831234},"replaces":null,"replaced_by":7,"erased_by":null"#,
        r#""content":{"match":"none","source":null,"score":0.0},"replaces":null,"replaced_by":7,"erased_by":null"#,
        r#""content":{"erased":[1,2]},"replaces":null,"replaced_by":7,"erased_by":null"#,
        r#""content":null,"replaces":3,"replaced_by":null,"erased_by":4"#,
        r#""content":null,"replaces":3,"replaced_by":null,"erased_by":null,"fault":"it does not match its digest""#,
    ] {
        travels::<BlockResponse>(&block(rest));
    }
    let one = block(r#""content":null,"replaces":3,"replaced_by":null,"erased_by":4"#);
    travels::<BlocksResponse>(&format!(r#"{{"blocks":[{one}],"next":2}}"#));
    travels::<BlocksResponse>(r#"{"blocks":[],"next":null}"#);
    travels::<AssociationLine>(
        r#"{"stimulus":"a","response":"b","source":{"index":1,"hash":"ab"},"taught":"2026-11-24T00:00:00Z"}"#,
    );
}

#[test]
fn a_verification_travels() {
    let text = |head: &str, tail: &str| {
        format!(
            r#"{{"state":"{head}","done":1,"total":2,"started":"2026-11-24T00:00:00Z","ended":"2026-11-24T00:00:01Z",{tail}}}"#
        )
    };
    travels::<VerificationResponse>(
        r#"{"state":"none","done":0,"total":0,"started":null,"ended":null,"head":null,"erased":null,"broken":null,"problem":null,"verdict":null}"#,
    );
    for state in ["running", "cancelled"] {
        let unknown = r#""head":null,"erased":null,"broken":null,"problem":null,"verdict":null"#;
        travels::<VerificationResponse>(&text(state, unknown));
    }
    let sound = r#""head":{"index":1,"hash":"ab"},"erased":3,"broken":null,"problem":null,"verdict":null"#;
    travels::<VerificationResponse>(&text("sound", sound));
    let broken =
        r#""head":null,"erased":null,"broken":{"block":1,"fault":"why"},"problem":null,"verdict":null"#;
    travels::<VerificationResponse>(&text("broken", broken));
    let failed = r#""head":null,"erased":null,"broken":null,"problem":"unreadable","verdict":{"sound":true,"ended":"2026-11-24T00:00:00Z","length":2,"sound_blocks":2,"head":{"index":1,"hash":"ab"},"erased":0,"broken":null}"#;
    travels::<VerificationResponse>(&text("failed", failed));
}

#[test]
fn drills_travel() {
    travels::<SoakStarted>(
        r#"{"id":"x","state":"running","links":{"self":"/api/v1/soaks/x","progress":"/api/v1/soaks/x/progress"}}"#,
    );
    travels::<DrillProgress>(
        r#"{"id":"x","state":"running","phase":"verifying","done":1,"total":2,"events_per_second":1.5,"eta_seconds":null,"errors":0}"#,
    );
    let parameters = r#""minutes":10,"events_per_minute":1000,"seed":1,"pace":"fast","mix":{"teach":20,"ask_hit":60,"ask_similar":14,"ask_miss":5,"forget":1},"concurrency":16,"keep":false,"durable":true"#;
    assert_eq!(to_string(&Parameters::default()).unwrap(), format!("{{{parameters}}}"));
    let running = format!(
        r#"{{"id":"x","state":"running","started":"2026-11-24T00:00:00Z",{parameters},"events":0,"duration_seconds":null,"events_per_second":null,"head":null,"errors":{{}},"latency":{{}},"memory":null,"bytes_per_block":null,"verified":null,"verification_seconds":null,"reason":null,"version":"0.1.0","machine":{{"host":"h","cores":2,"standalone":false}},"comparison":null}}"#
    );
    let ended = format!(
        r#"{{"id":"x","state":"completed","started":"2026-11-24T00:00:00Z",{parameters},"events":9,"duration_seconds":1.5,"events_per_second":6.0,"head":{{"index":9,"hash":"ab"}},"errors":{{"wrong_answer":1}},"latency":{{"ASK":{{"count":1,"p50_seconds":0.1,"p90_seconds":0.1,"p99_seconds":0.1,"max_seconds":0.1}}}},"memory":{{"start_bytes":1,"settled_bytes":null,"peak_bytes":3,"end_bytes":2}},"bytes_per_block":300.5,"verified":true,"verification_seconds":0.5,"reason":"r","version":"0.1.0","machine":{{"host":"h","cores":2,"standalone":true}},"comparison":{{"comparable":1,"median_seconds":1.0,"spread_seconds":0.0,"difference_ratio":0.5,"slower":true,"beyond_spread":false}}}}"#
    );
    travels::<DrillReport>(&running);
    travels::<DrillReport>(&ended);
    travels::<SoaksResponse>(&format!(r#"{{"running":"x","soaks":[{running},{ended}]}}"#));
    travels::<SoaksResponse>(r#"{"running":null,"soaks":[]}"#);
}

#[test]
fn traces_travel() {
    let id = "0af7651916cd43dd8448eb211c80319c";
    let taught = format!(
        r#"{{"trace_id":"{id}","time":"2026-11-24T00:00:00.5Z","event":"TEACH","outcome":"ok","duration_us":{{"total":4,"recall":1,"queue":2,"commit":1}},"block":7,"soak":"x","content":{{"stimulus":"a","response":"b"}}}}"#
    );
    let failed = format!(
        r#"{{"trace_id":"{id}","time":"2026-11-24T00:00:00Z","event":"FORGET","outcome":"failed","error":"not_taught","fault":"caller","caller":{{"address":"private","token":"api token"}},"duration_us":{{"total":4,"recall":0,"queue":0,"commit":0}}}}"#
    );
    travels::<Trace>(&taught);
    travels::<Trace>(&failed);
    // As an earlier version wrote it.
    let earlier =
        failed.replace(r#""fault":"caller","caller":{"address":"private","token":"api token"},"#, "");
    travels::<Trace>(&earlier);
    travels::<TracesResponse>(&format!(r#"{{"traces":[{taught},{failed}]}}"#));
    travels::<TracesResponse>(r#"{"traces":[]}"#);
}

#[test]
fn how_the_node_is_travels() {
    travels::<Health>(r#"{"status":"ready"}"#);
    travels::<Health>(r#"{"status":"ready","notes":["answers are found by words alone: why"]}"#);
    travels::<Health>(r#"{"status":"ready","notes":["broken at block 7: why"],"genome_broken":true}"#);
    travels::<OperationsResponse>(
        r#"{"condition":{"level":"healthy","kind":"healthy","share":null,"number":null,"since":null,"cause":null,"also_broken":null,"sentence":"Healthy"},"state":"ready","problems":[],"version":"0.1.0","started":"2026-11-24T00:00:00Z","now":"2026-11-24T00:00:01Z","uptime_seconds":1.5,"genome":{"blocks":2,"head":{"index":1,"hash":"ab"}},"telemetry":true,"tracing":true,"index":{"caught_up":true,"reached":1},"recall":{"precision":0.9,"model":"e5/0123","sent_to":null,"known":3,"missing":1,"by_words_alone":null},"verdict":null}"#,
    );
    travels::<OperationsResponse>(
        r#"{"condition":{"level":"failing","kind":"commands_fail","share":0.52,"number":null,"since":"2026-11-24T06:18:00Z","cause":"store_failed","also_broken":null,"sentence":"52 %"},"state":"not_ready","problems":[{"kind":"store_failed","detail":"why"}],"version":"0.1.0","started":"2026-11-24T00:00:00Z","now":"2026-11-24T00:00:01Z","uptime_seconds":1.5,"genome":null,"telemetry":false,"tracing":false,"index":{"caught_up":false,"reached":null},"recall":{"precision":null,"model":null,"sent_to":"host:1","known":0,"missing":0,"by_words_alone":"why"},"verdict":{"sound":false,"ended":"2026-11-24T00:00:00Z","length":9,"sound_blocks":7,"head":{"index":8,"hash":"ab"},"erased":null,"broken":{"block":7,"fault":"why"}}}"#,
    );
}

#[test]
fn the_history_travels() {
    travels::<HistoryResponse>(
        r#"{"available":true,"since":"2026-11-23T23:00:00Z","until":"2026-11-24T00:00:00Z","step_seconds":10,"points":[{"time":"2026-11-24T00:00:00Z","seconds":10.0,"events":{"TEACH":1,"ASK":2,"FORGET":0},"failed":{"TEACH":0,"ASK":0,"FORGET":1,"COMMAND":2,"TRACE":3},"faults":{"caller":3,"node":0,"trace":3},"latency":{"TEACH":{"p50_seconds":0.001,"p99_seconds":0.005},"ASK":null,"FORGET":null},"blocks":null,"queue_depth":1,"queue_refused":0}],"gaps":[{"since":"2026-11-23T23:10:00Z","until":"2026-11-23T23:11:00Z"}]}"#,
    );
    travels::<HistoryResponse>(
        r#"{"available":false,"variable":"KOLIBRI_TELEMETRY","since":"2026-11-23T23:00:00Z","until":"2026-11-24T00:00:00Z","step_seconds":10,"points":[],"gaps":[]}"#,
    );
}

#[test]
fn alerts_travel() {
    travels::<AlertsResponse>(r#"{"configured":false,"variable":"KOLIBRI_PROMETHEUS_URL"}"#);
    travels::<AlertsResponse>(r#"{"configured":true,"reachable":false,"problem":"why","alerts":[]}"#);
    travels::<AlertsResponse>(
        r#"{"configured":true,"reachable":true,"problem":null,"alerts":[{"name":"KolibriA","state":"firing","since":"2026-11-24T00:00:00Z","severity":"page","team":"t","instance":"a:9464","summary":"s","description":"d","runbook_url":"r","dashboard_url":"d","trace_url":"t"},{"name":"KolibriB","state":"pending","since":null,"severity":null,"team":null,"instance":null,"summary":null,"description":null,"runbook_url":null,"dashboard_url":null,"trace_url":null}]}"#,
    );
    let asked = from_str(r#"{"configured":true,"reachable":true,"problem":null,"alerts":[]}"#);
    assert!(matches!(asked, Ok(AlertsResponse::Asked(_))));
}

#[test]
fn problems_travel() {
    travels::<Problem>(
        r#"{"type":"urn:kolibri:problem:not_taught","title":"t","status":404,"detail":"d","trace_id":"ab"}"#,
    );
    travels::<Problem>(
        r#"{"type":"urn:kolibri:problem:no_such_path","title":"t","status":404,"detail":"d"}"#,
    );
    // As a proxy may write it.
    let problem: Problem = from_str(r#"{"title":"Bad Gateway"}"#).unwrap();
    assert_eq!(problem.to_string(), "Bad Gateway");
}

#[test]
fn requests_travel_and_refuse_what_they_do_not_know() {
    fn refuses<T: Serialize + DeserializeOwned>(text: &str) {
        let read: T = from_str(text).unwrap();
        assert_eq!(to_string(&read).unwrap(), text);
        let mut newer: Value = from_str(text).unwrap();
        newer[NEWER] = json!(1);
        assert!(from_value::<T>(newer).is_err(), "{text}");
    }
    refuses::<TeachRequest>(r#"{"stimulus":"a","response":"b","replaces":1}"#);
    refuses::<LessonRequest>(r#"{"stimulus":"a","response":"b"}"#);
    refuses::<ForgetRequest>(r#"{"stimulus":"a","block":1}"#);
    refuses::<StimulusRequest>(r#"{"stimulus":"a"}"#);
    refuses::<LatestQuery>(r#"{"outcome":"failed"}"#);
    refuses::<LatestQuery>(r#"{"outcome":null}"#);
    refuses::<Parameters>(&to_string(&Parameters::default()).unwrap());
}
