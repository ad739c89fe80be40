//! The laws of the port [`Sessions`], for every adapter alike. Time is what the caller says.

use std::sync::Arc;

use crate::crypto::random::random_bytes;
use crate::openid4vp::ports::{Key, Row, Sessions};
use crate::time::Timestamp;

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// A row with keys of its own.
pub(super) fn row(content: u8, expires: Timestamp) -> Row {
    Row {
        transaction: random_bytes(),
        request: random_bytes(),
        response: random_bytes(),
        version: 0,
        expires,
        content: vec![content; 3_000],
    }
}

/// Whatever one caller after another may expect, and many at once.
pub(super) async fn hold(store: Arc<dyn Sessions>) {
    rows_are_found_by_each_key(&*store).await;
    rows_expire(&*store).await;
    a_row_replaces_only_the_one_before_it(&*store).await;
    rows_are_removed(&*store).await;
    one_of_many_wins(&[store]).await;
}

/// What two instances of the service may expect that share a store.
pub(super) async fn hold_between(one: Arc<dyn Sessions>, other: Arc<dyn Sessions>) {
    let kept = row(1, NOW.plus(60));
    one.insert(kept.clone()).await.unwrap();
    assert_eq!(other.find(Key::Response(kept.response), NOW).await.unwrap(), Some(kept.clone()));
    let next = Row { version: 1, content: vec![2], ..kept };
    assert!(other.replace(next.clone(), NOW).await.unwrap());
    assert!(!one.replace(next.clone(), NOW).await.unwrap());
    assert_eq!(one.find(Key::Transaction(next.transaction), NOW).await.unwrap(), Some(next));
    one_of_many_wins(&[one, other]).await;
}

/// What was kept is there after a restart. For stores that outlive their process.
pub(super) async fn survive_reopening(open: impl AsyncFn() -> Arc<dyn Sessions>) {
    let (kept, changed) = (row(1, NOW.plus(60)), row(2, NOW.plus(60)));
    {
        let store = open().await;
        store.insert(kept.clone()).await.unwrap();
        store.insert(changed.clone()).await.unwrap();
        assert!(store.replace(Row { version: 1, ..changed.clone() }, NOW).await.unwrap());
    }
    let store = open().await;
    assert_eq!(store.find(Key::Request(kept.request), NOW).await.unwrap(), Some(kept));
    let found = store.find(Key::Request(changed.request), NOW).await.unwrap().unwrap();
    assert_eq!((found.version, found.content), (1, changed.content));
}

async fn rows_are_found_by_each_key(store: &dyn Sessions) {
    let (kept, other) = (row(1, NOW.plus(60)), row(2, NOW.plus(60)));
    store.insert(kept.clone()).await.unwrap();
    store.insert(other.clone()).await.unwrap();
    for key in [Key::Transaction(kept.transaction), Key::Request(kept.request), Key::Response(kept.response)] {
        assert_eq!(store.find(key, NOW).await.unwrap().as_ref(), Some(&kept), "{key:?}");
    }
    // A digest is a key of its kind only.
    for key in [Key::Transaction(kept.request), Key::Request(kept.response), Key::Response(kept.transaction)] {
        assert_eq!(store.find(key, NOW).await.unwrap(), None, "{key:?}");
    }
    for taken in [
        Row { transaction: kept.transaction, ..row(3, NOW.plus(60)) },
        Row { request: kept.request, ..row(3, NOW.plus(60)) },
        Row { response: kept.response, ..row(3, NOW.plus(60)) },
    ] {
        assert!(store.insert(taken).await.is_err(), "each key stands once");
    }
    assert_eq!(store.find(Key::Transaction(kept.transaction), NOW).await.unwrap(), Some(kept));
}

async fn rows_expire(store: &dyn Sessions) {
    let kept = row(1, NOW.plus(60));
    store.insert(kept.clone()).await.unwrap();
    let key = Key::Transaction(kept.transaction);
    assert!(store.find(key, NOW.plus(59)).await.unwrap().is_some());
    assert!(store.find(key, NOW.plus(60)).await.unwrap().is_none(), "from then on");
    assert!(!store.replace(Row { version: 1, ..kept.clone() }, NOW.plus(60)).await.unwrap());
    assert!(store.replace(Row { version: 1, expires: NOW.plus(120), ..kept.clone() }, NOW.plus(59)).await.unwrap());
    assert!(store.find(key, NOW.plus(60)).await.unwrap().is_some(), "a replacement may last longer");
    store.remove_expired(NOW.plus(120)).await.unwrap();
    assert!(store.find(key, NOW).await.unwrap().is_none(), "gone for good");
    let (early, late) = (row(1, NOW.plus(10)), row(2, NOW.plus(20)));
    store.insert(early.clone()).await.unwrap();
    store.insert(late.clone()).await.unwrap();
    assert_eq!(store.remove_expired(NOW.plus(9)).await.unwrap(), 0);
    assert_eq!(store.remove_expired(NOW.plus(10)).await.unwrap(), 1);
    assert!(store.find(Key::Transaction(early.transaction), NOW).await.unwrap().is_none());
    assert!(store.find(Key::Transaction(late.transaction), NOW).await.unwrap().is_some());
}

async fn a_row_replaces_only_the_one_before_it(store: &dyn Sessions) {
    let kept = row(1, NOW.plus(60));
    store.insert(kept.clone()).await.unwrap();
    for version in [0, 2, 7] {
        assert!(!store.replace(Row { version, content: vec![9], ..kept.clone() }, NOW).await.unwrap(), "{version}");
    }
    let key = Key::Transaction(kept.transaction);
    assert_eq!(store.find(key, NOW).await.unwrap().as_ref(), Some(&kept), "nothing was changed");
    let next = Row { version: 1, content: vec![2], ..kept.clone() };
    assert!(store.replace(next.clone(), NOW).await.unwrap());
    assert!(!store.replace(next.clone(), NOW).await.unwrap(), "once");
    assert_eq!(store.find(key, NOW).await.unwrap(), Some(next));
    assert!(!store.replace(Row { version: 1, ..row(1, NOW.plus(60)) }, NOW).await.unwrap(), "never was there");
}

async fn rows_are_removed(store: &dyn Sessions) {
    let kept = row(1, NOW.plus(60));
    store.insert(kept.clone()).await.unwrap();
    assert!(store.remove(kept.transaction).await.unwrap());
    assert!(!store.remove(kept.transaction).await.unwrap());
    assert_eq!(store.find(Key::Response(kept.response), NOW).await.unwrap(), None);
    assert!(!store.replace(Row { version: 1, ..kept }, NOW).await.unwrap());
}

/// Fifty replacements of one row at once, spread over these handles of one store.
async fn one_of_many_wins(stores: &[Arc<dyn Sessions>]) {
    let kept = row(0, NOW.plus(60));
    for store in stores.iter().take(1) {
        store.insert(kept.clone()).await.unwrap();
    }
    let calls: Vec<_> = (0..50_u8)
        .zip(stores.iter().cycle())
        .map(|(number, store)| {
            let (store, row) = (store.clone(), Row { version: 1, content: vec![number], ..kept.clone() });
            tokio::spawn(async move { store.replace(row, NOW).await.unwrap().then_some(number) })
        })
        .collect();
    let mut winners = Vec::new();
    for call in calls {
        winners.extend(call.await.unwrap());
    }
    let found = stores[0].find(Key::Transaction(kept.transaction), NOW).await.unwrap().unwrap();
    assert_eq!((winners.as_slice(), found.version), (found.content.as_slice(), 1));
}
