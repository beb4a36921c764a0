//! Pieces of work that several threads do at once, and whose results are taken in order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use rusqlite::Connection;

/// Does the pieces 0 to `pieces - 1`, each with one of the `crew`, and hands the results to `take` in their order, until it fails.
pub(super) fn in_order<T: Send, E>(
    crew: &mut [Connection],
    pieces: u64,
    work: impl Fn(&Connection, u64) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let (next, work) = (AtomicU64::new(0), &work);
    std::thread::scope(|scope| {
        // Who is slow holds up the others when this is full.
        let (sender, results) = mpsc::sync_channel(4 * crew.len());
        for connection in crew {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let piece = next.fetch_add(1, Ordering::Relaxed);
                    // Nobody wants it once `take` has failed.
                    if piece >= pieces || sender.send((piece, work(connection, piece))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let (mut early, mut wanted) = (BTreeMap::new(), 0);
        for (piece, result) in results {
            early.insert(piece, result);
            while let Some(result) = early.remove(&wanted) {
                take(result)?;
                wanted += 1;
            }
        }
        Ok(())
    })
}
