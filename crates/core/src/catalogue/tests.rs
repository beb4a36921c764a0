//! The catalogue of a node: what it lists after what people do.

use std::time::Duration;

use crate::catalogue::{Cursor, Listed, Listing, Order, Query};
use crate::testing::{ask, forget, open, teach, until};
use crate::{Node, clock};

fn list(node: &Node, query: &Query) -> Listing {
    node.catalogue().unwrap().list(query, 100).unwrap()
}

async fn until_listed(node: &Node) {
    assert!(node.catalogue().unwrap().is_current(Duration::from_secs(30)).await);
}

fn row(listed: &Listed) -> (u64, &str, &str, u32, u32) {
    let Listed { association, versions, asked, .. } = listed;
    let teach = &association.teach;
    (association.source.index, teach.stimulus.as_str(), teach.response.as_str(), *versions, *asked)
}

#[tokio::test]
async fn what_is_taught_is_listed_with_its_versions_and_its_questions() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach(&node, "Dorm", "1").await;
    teach(&node, "Canteen", "2").await;
    ask(&node, "dorm").await;
    ask(&node, "nothing of the kind").await;
    teach(&node, "dorm", "3").await;
    until_listed(&node).await;
    let rows = |listing: &Listing| {
        let rows = listing.listed.iter().map(row);
        rows.map(|(block, stimulus, response, versions, asked)| {
            format!("{block} {stimulus} {response} {versions} {asked}")
        })
        .collect::<Vec<_>>()
    };
    let expected = ["5 dorm 3 2 1", "2 Canteen 2 1 0"];
    assert_eq!(rows(&list(&node, &Query::default())), expected);
    let today = node.catalogue().unwrap().days(clock::now(), 1)[0];
    assert_eq!((today.asked, today.unanswered), (2, 1));
    drop(node);
    let node = open(root.path());
    until_listed(&node).await;
    assert_eq!(rows(&list(&node, &Query::default())), expected, "after a restart");
}

#[tokio::test]
async fn questions_alone_are_counted_within_a_second_or_two() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach(&node, "a", "1").await;
    for _ in 0..3 {
        ask(&node, "a").await;
    }
    until("the questions are counted", || {
        list(&node, &Query { order: Order::Asked, ..Query::default() })
            .listed
            .first()
            .is_some_and(|first| first.asked == 3)
    });
}

#[tokio::test]
async fn what_is_forgotten_is_listed_no_more_even_before_the_catalogue_knows() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach(&node, "a", "1").await;
    until_listed(&node).await;
    forget(&node, "a").await.unwrap();
    let Listing { listed, unreadable, .. } = list(&node, &Query::default());
    assert_eq!((listed, unreadable), (Vec::new(), 0));
}

#[tokio::test]
async fn a_damaged_block_is_told_and_hides_no_other() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach(&node, "a", "1").await;
    teach(&node, "b", "2").await;
    until_listed(&node).await;
    let file = rusqlite::Connection::open(root.path().join("genome.db")).unwrap();
    file.execute("UPDATE block SET content = x'00' WHERE idx = 1", []).unwrap();
    let Listing { listed, unreadable, total, .. } = list(&node, &Query::default());
    assert_eq!((listed.len(), unreadable, total), (1, 1, 2));
}

#[tokio::test]
async fn a_page_ends_where_the_next_one_begins() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    for number in 0..5 {
        teach(&node, &number.to_string(), "x").await;
    }
    until_listed(&node).await;
    let catalogue = node.catalogue().unwrap();
    let first = catalogue.list(&Query::default(), 3).unwrap();
    assert_eq!(first.next.map(|next| next.to_string()), Some("0-3".to_owned()));
    let after: Option<Cursor> = first.next;
    let second = catalogue.list(&Query { after, ..Query::default() }, 3).unwrap();
    assert_eq!((second.listed.len(), second.next), (2, None));
}
