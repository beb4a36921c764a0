//! A follower's promises, tested with one that keeps what it receives in memory.

use std::sync::Arc;

use parking_lot::Mutex;

use super::*;
use crate::Node;
use crate::store::ChangeKind;
use crate::testing::{ask, forget, open, teach, until};

/// What the follower has taken in, and which of its calls fail.
#[derive(Default)]
struct Memory {
    applied: Vec<String>,
    visible: usize,
    durable: Option<BlockRef>,
    commits: usize,
    tidied: usize,
    reopened: usize,
    /// Reopening fails this often.
    fails_to_reopen: usize,
    fails_to_apply: bool,
    panics: bool,
    closed: bool,
}

/// Follows into a [`Memory`].
#[derive(Clone, Default)]
struct Remembers {
    memory: Arc<Mutex<Memory>>,
    reached: Option<BlockRef>,
    dirty: bool,
    untidy: bool,
}

impl Derived for Remembers {
    const NAME: &'static str = "the memory";
    const THREAD: &'static str = "kolibri-memory";
    const WITHOUT_IT: &'static str = "nothing is missing";
    type Error = CommandError;

    fn reached(&self) -> Option<BlockRef> {
        self.memory.lock().durable
    }

    fn apply(&mut self, change: Change) -> Result<(), CommandError> {
        let mut memory = self.memory.lock();
        assert!(!memory.panics, "on purpose");
        if memory.fails_to_apply {
            return Err(CommandError::Unreadable("on purpose".into()));
        }
        let index = change.block.index;
        memory.applied.push(match change.kind {
            ChangeKind::Taught { teach, .. } => format!("{index} {}", teach.stimulus),
            ChangeKind::Erased(blocks) => format!("{index} erased {blocks:?}"),
            ChangeKind::Asked(_) | ChangeKind::Nothing => format!("{index} nothing"),
        });
        self.dirty = true;
        self.untidy |= memory.applied.last().is_some_and(|last| last.contains("erased"));
        Ok(())
    }

    fn passed(&mut self, block: BlockRef) {
        self.reached = Some(block);
    }

    fn is_dirty(&self) -> bool {
        self.dirty
    }

    fn commit(&mut self) -> Result<(), CommandError> {
        let mut memory = self.memory.lock();
        self.dirty = false;
        memory.commits += 1;
        memory.visible = memory.applied.len();
        memory.durable = self.reached;
        Ok(())
    }

    fn is_untidy(&self) -> bool {
        self.untidy
    }

    fn tidy(&mut self) -> Result<(), CommandError> {
        self.memory.lock().tidied += 1;
        self.untidy = false;
        Ok(())
    }

    fn reopen(&mut self) -> Result<(), CommandError> {
        let mut memory = self.memory.lock();
        memory.reopened += 1;
        if memory.reopened <= memory.fails_to_reopen {
            return Err(CommandError::Unreadable("not yet".into()));
        }
        memory.fails_to_apply = false;
        Ok(())
    }

    fn close(self) {
        self.memory.lock().closed = true;
    }
}

/// Starts a follower of the node that keeps what it receives in `memory`.
fn follow(node: &Node, memory: &Arc<Mutex<Memory>>, crew: &Crew) -> Follower {
    let remembers = Remembers { memory: Arc::clone(memory), ..Remembers::default() };
    Follower::start(remembers, Arc::clone(node.reader()), node.announced(), crew).unwrap()
}

fn taught(memory: &Mutex<Memory>) -> Vec<String> {
    let memory = memory.lock();
    memory.applied[..memory.visible].to_vec()
}

#[tokio::test]
async fn what_is_taught_and_forgotten_is_seen_in_order_and_questions_are_not() {
    let root = tempfile::tempdir().unwrap();
    let (node, memory, crew) = (open(root.path()), Arc::default(), Crew::default());
    teach(&node, "a", "1").await;
    let follower = follow(&node, &memory, &crew);
    follower.reached(1).await;
    assert_eq!(taught(&memory), ["1 a"]);
    ask(&node, "a").await;
    until("the question is a block", || node.reader().head().unwrap().index == 2);
    teach(&node, "b", "2").await;
    forget(&node, "a").await.unwrap();
    follower.reached(4).await;
    let seen = taught(&memory);
    assert_eq!(seen, ["1 a", "3 b", "4 erased [1]"]);
    until("it is tidy", || !follower.status().untidy);
    assert_eq!(memory.lock().tidied, 1);
    let status = follower.status();
    assert!(status.caught_up && status.problem.is_none(), "{status:?}");
    follower.close();
    assert!(memory.lock().closed);
}

#[tokio::test]
async fn it_resumes_behind_the_last_block_that_it_made_durable() {
    let root = tempfile::tempdir().unwrap();
    let (node, memory, crew) = (open(root.path()), Arc::default(), Crew::default());
    teach(&node, "a", "1").await;
    let follower = follow(&node, &memory, &crew);
    follower.reached(1).await;
    follower.close();
    teach(&node, "b", "2").await;
    follow(&node, &memory, &crew).reached(2).await;
    assert_eq!(taught(&memory), ["1 a", "2 b"]);
}

#[tokio::test]
async fn questions_at_the_end_are_passed_for_good_when_it_is_closed() {
    let root = tempfile::tempdir().unwrap();
    let node = open(root.path());
    teach(&node, "a", "1").await;
    for _ in 0..20 {
        ask(&node, "a").await;
    }
    node.close();
    let (node, memory, crew) = (open(root.path()), Arc::default(), Crew::default());
    let follower = follow(&node, &memory, &crew);
    follower.reached(21).await;
    follower.close();
    assert_eq!(memory.lock().durable.map(|block| block.index), Some(21));
    assert_eq!(taught(&memory), ["1 a"]);
}

#[tokio::test]
async fn after_a_failure_it_says_so_tries_again_and_misses_nothing() {
    let root = tempfile::tempdir().unwrap();
    let (node, crew) = (open(root.path()), Crew::default());
    let memory =
        Arc::new(Mutex::new(Memory { fails_to_apply: true, fails_to_reopen: 1, ..Memory::default() }));
    let follower = follow(&node, &memory, &crew);
    teach(&node, "a", "1").await;
    until("the failure is known", || follower.status().problem.is_some());
    // Nothing waits for what does not come.
    follower.reached(1).await;
    until("it follows again", || follower.status().problem.is_none());
    follower.reached(1).await;
    assert_eq!(taught(&memory), ["1 a"]);
    assert_eq!(memory.lock().reopened, 2);
}

#[tokio::test]
async fn a_panic_wakes_what_waits_for_it_and_is_a_problem_of_the_node() {
    let root = tempfile::tempdir().unwrap();
    let (node, crew) = (open(root.path()), Crew::default());
    let memory = Arc::new(Mutex::new(Memory { panics: true, ..Memory::default() }));
    let follower = follow(&node, &memory, &crew);
    teach(&node, "a", "1").await;
    follower.reached(u64::MAX).await;
    until("its end is known", || follower.status().problem.is_some());
    assert_eq!(crew.problems(), ["the thread kolibri-memory panicked; restart the node and report it"]);
}
