//! TEACH, ASK and FORGET, as their sender sees them.

use std::sync::Arc;

use kolibri_genome::{Ask, Content, Match};

use super::*;
use crate::store::{Expected, Recorded, Verdict, verify};

/// The recorded content of a block.
fn recorded(node: &Node, block: u64) -> Option<Recorded> {
    node.reader().block(block).unwrap().map(|stored| stored.recorded)
}

fn assert_sound(directory: &DataDirectory) {
    let verdict = verify(directory, |_| true).unwrap();
    assert!(matches!(verdict, Verdict::Sound { .. }), "{verdict:?}");
}

#[tokio::test]
async fn what_was_taught_is_answered_exactly_and_names_its_block() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    let block = teach(&node, "How do I restart the server?", "systemctl restart it").await;
    let found = ask(&node, "  how do I RESTART the server? ").await;
    let answer = found.answer.unwrap();
    assert_eq!((answer.source.index, answer.teach.response.as_str()), (block, "systemctl restart it"));
    assert_eq!((found.by, found.score), (Match::Exact { block }, 1.0));
    assert_eq!(node.reader().block(block).unwrap().unwrap().hash, answer.source.hash);
}

#[tokio::test]
async fn texts_come_back_to_the_letter() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    let (stimulus, response) = ("  Ça va?\r\n\u{feff}", "e\u{301} — да,\0\ttab 👋🏽 ");
    let block = teach(&node, stimulus, response).await;
    let teach = ask(&node, stimulus).await.answer.unwrap().teach;
    assert_eq!((teach.stimulus.as_str(), teach.response.as_str()), (stimulus, response));
    assert_eq!(recorded(&node, block), Some(Recorded::Content(Content::Teach(teach))));
}

#[tokio::test]
async fn teaching_again_replaces_the_answer_and_leaves_the_old_block_readable() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    let first = teach(&node, "capital of Kazakhstan", "Almaty").await;
    let second = teach(&node, "Capital of KAZAKHSTAN", "Astana").await;
    assert_eq!(ask(&node, "capital of kazakhstan").await.by, Match::Exact { block: second });
    let old = Content::Teach(Teach::new("capital of Kazakhstan", "Almaty"));
    assert_eq!(recorded(&node, first), Some(Recorded::Content(old)));
}

#[tokio::test]
async fn a_batch_that_skips_what_is_taught_already_adds_no_block_for_it() {
    let (root, telemetry) = (tempfile::tempdir().unwrap(), telemetry());
    let node = Node::open(&config(root.path()), &telemetry).unwrap();
    let first = teach(&node, "a", "1").await;
    teach(&node, "b", "2").await;
    let lines = [("a", "1"), ("A", "1"), ("b", "two"), ("c", "3"), ("c", "3")];
    let expected = [Effect::Unchanged, Effect::Replaced, Effect::Replaced, Effect::New];
    let planned = lines[..4].iter().map(|(stimulus, response)| node.would_teach(stimulus, response).unwrap());
    assert_eq!(planned.map(|(effect, _)| effect).collect::<Vec<_>>(), expected);
    assert_eq!(node.reader().head().unwrap().index, 2, "asking what would happen records nothing");
    let mut batch = Vec::new();
    for (stimulus, response) in lines {
        batch.push(node.teach_if_changed(TraceId::random(), stimulus.into(), response.into()).await);
    }
    let mut settled = Vec::new();
    for line in batch {
        let taught = line.settled().await.unwrap();
        settled.push((taught.effect, taught.block.index));
    }
    // The second c is compared with the first, which is in the same batch.
    let effects: Vec<_> = expected.into_iter().chain([Effect::Unchanged]).collect();
    assert_eq!(settled, std::iter::zip(effects, [first, 3, 4, 5, 5]).collect::<Vec<_>>());
    let recorded = r#"kolibri_backend_events_total{event_type="TEACH"}"#;
    assert_eq!(series(&telemetry, recorded), Some(5.0));
    assert_eq!(node.teach(TraceId::random(), "c".into(), "3".into()).await.unwrap().block.index, 6);
    assert_sound(&DataDirectory::new(root.path()));
}

#[tokio::test]
async fn an_association_that_was_forgotten_is_gone_in_all_its_versions() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    let mut versions = Vec::new();
    for response in ["one", "two", "three"] {
        versions.push(teach(&node, "the door code", response).await);
        teach(&node, &format!("something between, {response}"), "stays").await;
    }
    until_indexed(&node);
    let forgotten = node.forget(TraceId::random(), "THE door code".into()).await.unwrap();
    assert_eq!(forgotten.erased, versions);
    for block in versions {
        assert_eq!(recorded(&node, block), Some(Recorded::Erased { by: forgotten.block.index }));
    }
    for question in ["the door code", "code of the door"] {
        let found = ask(&node, question).await;
        assert_eq!((found.by, found.answer), (Match::None, None));
    }
    assert_eq!(answer(&node, "something between, two").await.as_deref(), Some("stays"));
    assert_sound(&DataDirectory::new(root.path()));
}

#[tokio::test]
async fn what_was_forgotten_can_be_taught_anew_and_forgotten_again() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    let first = teach(&node, "wifi password", "hunter2").await;
    assert_eq!(forget(&node, "wifi password").await, Ok(vec![first]));
    let second = teach(&node, "wifi password", "correct horse").await;
    assert_eq!(answer(&node, "wifi password").await.as_deref(), Some("correct horse"));
    assert_eq!(forget(&node, "wifi password").await, Ok(vec![second]));
    assert_eq!(answer(&node, "wifi password").await, None);
    assert_sound(&DataDirectory::new(root.path()));
}

#[tokio::test]
async fn forgetting_what_is_not_taught_is_refused_and_leaves_no_block() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach(&node, "a", "b").await;
    assert_eq!(forget(&node, "never taught").await, Err(CommandError::NotTaught));
    forget(&node, "a").await.unwrap();
    assert_eq!(forget(&node, "a").await, Err(CommandError::NotTaught));
    assert_eq!(node.reader().head().unwrap().index, 2);
}

#[tokio::test]
async fn who_changes_an_answer_by_its_block_changes_no_other() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    let over =
        |expected, response: &str| node.teach_over(TraceId::random(), "a".into(), response.into(), expected);
    let forget_if = |expected| node.forget_if(TraceId::random(), "A".into(), expected);
    let changed = |now| CommandError::ChangedMeanwhile { now };
    let first = over(Expected::Nothing, "1").await.unwrap().block.index;
    assert_eq!(over(Expected::Nothing, "2").await.unwrap_err(), changed(Some(first)));
    let second = over(Expected::Block(first), "2").await.unwrap().block.index;
    assert_eq!(over(Expected::Block(first), "3").await.unwrap_err(), changed(Some(second)));
    assert_eq!(forget_if(Expected::Block(first)).await.unwrap_err(), changed(Some(second)));
    assert_eq!(answer(&node, "a").await.as_deref(), Some("2"), "nothing was erased");
    assert_eq!(forget_if(Expected::Block(second)).await.unwrap().erased, [first, second]);
    assert_eq!(over(Expected::Block(second), "3").await.unwrap_err(), changed(None));
    assert_eq!(forget_if(Expected::Block(second)).await.unwrap_err(), CommandError::NotTaught);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_edit_one_answer_at_once_only_one_succeeds() {
    let root = tempfile::tempdir().unwrap();
    let node = Arc::new(open(root.path()));
    let seen = Expected::Block(teach(&node, "a", "0").await);
    let edits: Vec<_> = (0..16)
        .map(|number| {
            let node = Arc::clone(&node);
            tokio::spawn(async move {
                node.teach_over(TraceId::random(), "a".into(), number.to_string(), seen).await
            })
        })
        .collect();
    let mut succeeded = 0;
    for edit in edits {
        match edit.await.unwrap() {
            Ok(_) => succeeded += 1,
            Err(error) => assert!(matches!(error, CommandError::ChangedMeanwhile { .. }), "{error}"),
        }
    }
    assert_eq!(succeeded, 1);
}

#[tokio::test]
async fn a_similar_question_is_answered_soon_after_the_teach() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    let block = teach(&node, "How do I restart the payment service?", "kubectl rollout restart").await;
    until_indexed(&node);
    let found = ask(&node, "restarting the payments service").await;
    assert_eq!(found.by, Match::Similar { block });
    assert!((0.9..1.0).contains(&found.score), "{}", found.score);
    assert_eq!(found.answer.unwrap().teach.response, "kubectl rollout restart");
    assert!(found.suggestions.is_empty());
}

#[tokio::test]
async fn a_question_that_is_only_near_gets_suggestions_and_no_answer() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach(&node, "restart the payment service on the staging cluster", "a").await;
    teach(&node, "cook borscht", "b").await;
    until_indexed(&node);
    let found = ask(&node, "who owns the payment service").await;
    assert_eq!((found.by, &found.answer), (Match::None, &None));
    let suggested: Vec<_> =
        found.suggestions.iter().map(|near| near.association.teach.stimulus.as_str()).collect();
    assert_eq!(suggested, ["restart the payment service on the staging cluster"]);
    assert_eq!(found.score, found.suggestions[0].score);
    assert!(found.score < 0.9, "{}", found.score);
}

#[tokio::test]
async fn an_empty_node_knows_no_answer_to_anything() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    for question in ["anything", "?!", "как", "1"] {
        let found = ask(&node, question).await;
        assert_eq!(
            found,
            Found { by: Match::None, score: 0.0, answer: None, how: None, suggestions: Vec::new() }
        );
    }
}

#[tokio::test]
async fn texts_beyond_their_limits_are_refused_and_those_at_them_taken() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    let (stimulus, response) = ("s".repeat(MAX_STIMULUS), "r".repeat(MAX_RESPONSE));
    teach(&node, &stimulus, &response).await;
    assert_eq!(answer(&node, &stimulus).await, Some(response.clone()));
    let kind = |result: Result<u64, CommandError>| result.unwrap_err().to_string();
    let longer = |text: &str| format!("{text}x");
    let refused = kind(try_teach(&node, &longer(&stimulus), "r").await);
    assert_eq!(refused, "stimulus is 4097 bytes long, but at most 4096 are allowed");
    let refused = kind(try_teach(&node, "s", &longer(&response)).await);
    assert_eq!(refused, "response is 65537 bytes long, but at most 65536 are allowed");
    let blank = try_teach(&node, "s", "\u{200b}\n").await;
    assert!(matches!(blank, Err(CommandError::Text { field: "response", .. })), "{blank:?}");
    let question = node.ask(TraceId::random(), longer(&stimulus)).await;
    assert!(matches!(question, Err(CommandError::Text { field: "stimulus", .. })));
    assert!(matches!(forget(&node, " ").await, Err(CommandError::Text { field: "stimulus", .. })));
    let ask_of_the_stimulus_at_its_limit = 2;
    until("the ASK is a block", || node.reader().head().unwrap().index == ask_of_the_stimulus_at_its_limit);
}

#[tokio::test]
async fn an_ask_becomes_a_block_that_names_what_answered_and_not_what_was_asked() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    let block = teach(&node, "ping", "pong").await;
    ask(&node, "PING").await;
    ask(&node, "unheard of").await;
    until("both ASKs are blocks", || node.reader().head().unwrap().index == block + 2);
    let exact = Ask::new(Match::Exact { block }, Ask::FULL_SCORE);
    assert_eq!(recorded(&node, block + 1), Some(Recorded::Content(Content::Ask(exact))));
    let none = Ask::new(Match::None, 0);
    assert_eq!(recorded(&node, block + 2), Some(Recorded::Content(Content::Ask(none))));
}

#[tokio::test(flavor = "multi_thread")]
async fn teachers_of_one_stimulus_at_once_leave_one_answer_and_every_version() {
    let root = tempfile::tempdir().unwrap();
    let node = Arc::new(open(root.path()));
    let teachers: Vec<_> = (0..64)
        .map(|teacher| {
            let node = Arc::clone(&node);
            tokio::spawn(async move { (teach(&node, "who won?", &teacher.to_string()).await, teacher) })
        })
        .collect();
    let mut blocks = Vec::new();
    for teacher in teachers {
        blocks.push(teacher.await.unwrap());
    }
    blocks.sort_unstable();
    let (last, winner) = blocks[63];
    let found = ask(&node, "who won?").await;
    assert_eq!(found.by, Match::Exact { block: last });
    assert_eq!(found.answer.unwrap().teach.response, winner.to_string());
    let all: Vec<u64> = blocks.into_iter().map(|(block, _)| block).collect();
    assert_eq!(all, (1..=64).collect::<Vec<_>>());
    assert_sound(&DataDirectory::new(root.path()));
    assert_eq!(forget(&node, "who won?").await, Ok(all));
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_of_many_people_at_once_all_take_effect() {
    let root = tempfile::tempdir().unwrap();
    let node = Arc::new(open(root.path()));
    let people: Vec<_> = (0..32)
        .map(|person| {
            let node = Arc::clone(&node);
            tokio::spawn(async move {
                for round in 0..8 {
                    let stimulus = format!("{person}in{round}");
                    teach(&node, &stimulus, &stimulus).await;
                    assert_eq!(answer(&node, &stimulus).await, Some(stimulus.clone()));
                    if round % 2 == 0 {
                        assert_eq!(forget(&node, &stimulus).await.map(|erased| erased.len()), Ok(1));
                        assert_eq!(answer(&node, &stimulus).await, None);
                    }
                }
            })
        })
        .collect();
    for person in people {
        person.await.unwrap();
    }
    node.close();
    let (known, _) = node.reader().associations(0, 10_000).unwrap();
    assert_eq!(known.len(), 32 * 4);
    assert_sound(&DataDirectory::new(root.path()));
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_reopening() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    let block = teach(&node, "survives", "yes").await;
    teach(&node, "forgotten", "no").await;
    forget(&node, "forgotten").await.unwrap();
    let head = node.reader().head().unwrap();
    node.close();
    drop(node);
    let node = open(root.path());
    assert_eq!(node.reader().head().unwrap(), head);
    assert_eq!(teach(&node, "later", "goes on").await, head.index + 1);
    assert_eq!(ask(&node, "survives").await.by, Match::Exact { block });
    assert_eq!(answer(&node, "forgotten").await, None);
}

#[tokio::test]
async fn a_second_node_in_the_same_directory_is_refused_and_names_the_holder() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    let refused = Node::open(&config(root.path()), &Telemetry::off()).map(drop).unwrap_err();
    assert!(matches!(refused, OpenError::Held { .. }));
    let (message, me) = (refused.to_string(), format!("process {}", std::process::id()));
    assert!(message.contains(&me) && message.contains(root.path().to_str().unwrap()), "{message}");
    teach(&node, "the first", "goes on").await;
}

#[tokio::test]
async fn a_node_that_was_dropped_without_being_closed_gives_its_directory_back() {
    let root = tempfile::tempdir().unwrap();
    for round in 1..=3 {
        let node = open(root.path());
        assert_eq!(teach(&node, "round", &round.to_string()).await, round);
        drop(node);
    }
}

#[tokio::test]
async fn a_genome_that_is_gone_is_not_replaced_by_a_new_one() {
    let root = tempfile::tempdir().unwrap();
    let path = Some(DataDirectory::new(root.path()).trace());
    let trace = Some(TraceConfig { path, max_bytes: 1 << 20, content: false });
    let node = Node::open(&NodeConfig { trace, ..config(root.path()) }, &Telemetry::off()).unwrap();
    teach(&node, "a", "1").await;
    node.close();
    let (genome, kept) = (root.path().join("genome.db"), root.path().join("kept.db"));
    std::fs::rename(&genome, &kept).unwrap();
    let refused = Node::open(&config(root.path()), &Telemetry::off()).map(drop).unwrap_err();
    assert!(matches!(refused, OpenError::GenomeLost { .. }));
    let said = refused.to_string();
    assert!(said.contains("genome.db is missing") && said.contains("/trace.jsonl away"), "{said}");
    assert!(!genome.exists(), "no new genome was begun");

    std::fs::rename(&kept, &genome).unwrap();
    assert_eq!(answer(&open(root.path()), "a").await.as_deref(), Some("1"), "it was put back");

    std::fs::rename(&genome, &kept).unwrap();
    std::fs::rename(root.path().join("trace.jsonl"), root.path().join("trace.kept")).unwrap();
    let said = Node::open(&config(root.path()), &Telemetry::off()).map(drop).unwrap_err().to_string();
    assert!(said.contains("/genome.mark away"), "{said}");
    std::fs::remove_file(root.path().join("genome.mark")).unwrap();
    assert_eq!(answer(&open(root.path()), "a").await, None, "a new one was asked for");
}
