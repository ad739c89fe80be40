//! The test verifier judges the test wallet: the honest one passes every trial, and each fault that is planted in it is named.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use vidimus_conformance::test_verifier::desk::Desk;
use vidimus_conformance::test_verifier::judge::Judged;
use vidimus_conformance::test_verifier::serve;
use vidimus_conformance::test_verifier::settings::Settings;
use vidimus_conformance::test_verifier::trials::{TRIALS, Trial, named};
use vidimus_conformance::wallet::answer::Wallet;
use vidimus_conformance::wallet::check::{Check, Overlooked};
use vidimus_conformance::wallet::fault::Fault;
use vidimus_conformance::wallet::http::Http;

use vidimus::net::clock::Clock;

/// A test verifier on a socket, and an honest wallet.
async fn scene() -> (Arc<Desk>, Wallet) {
    let (listener, address) = serve::bind("127.0.0.1:0".parse().expect("an address")).await.expect("bound");
    let base = format!("http://localhost:{}", address.port());
    let settings = Settings::of(&base, Duration::from_secs(20)).expect("settings");
    let desk = Arc::new(Desk::new(settings).expect("a desk"));
    tokio::spawn(serve::serve(listener, desk.clone()));
    let mut wallet = Wallet::new(Http::new(None).expect("a client"), Clock::system()).expect("a wallet");
    wallet.anchors = Some(vec![wallet.holdings.authority.clone()]);
    (desk, wallet)
}

async fn judged(desk: &Desk, wallet: &Wallet, trial: &'static Trial) -> Judged {
    let link = desk.begin(trial).expect(trial.name);
    let ending = wallet.answer(&link).await;
    desk.standing(trial, true).and_then(|standing| standing.judged).unwrap_or_else(|| panic!("{ending:?}"))
}

/// The trials that this wallet fails, with what is said of them.
async fn failed(desk: &Desk, wallet: &Wallet) -> Vec<(&'static str, String)> {
    let mut failed = Vec::new();
    for trial in &TRIALS {
        if let Judged::Fail(detail) = judged(desk, wallet, trial).await {
            failed.push((trial.name, detail));
        }
    }
    failed
}

#[tokio::test(flavor = "multi_thread")]
async fn the_honest_wallet_passes_every_trial() {
    let (desk, wallet) = scene().await;
    for trial in &TRIALS {
        let judged = judged(&desk, &wallet, trial).await;
        assert!(matches!(judged, Judged::Pass(_)), "{}: {judged:?}", trial.name);
    }
}

/// What a wallet presents to that asks neither who it is nor where the answer goes.
const WRONG_CLIENTS: [&str; 6] = [
    "replaced-response-uri",
    "signed-redirect-uri",
    "unknown-prefix",
    "unsigned-x509-hash",
    "wrong-hash",
    "wrong-name",
];

/// What a wallet overlooks in requests, and the trials that show it.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_wallet_overlooks_is_named() {
    let (desk, wallet) = scene().await;
    let lapses: [(&[Check], &[&str]); 17] = [
        (&[Check::Signature], &["no-signature", "signed-by-another-key", "wrong-signature"]),
        (&[Check::Typ], &["missing-typ", "wrong-typ"]),
        (&[Check::ClientId], &["signed-redirect-uri", "unknown-prefix", "unsigned-x509-hash", "wrong-hash"]),
        (&[Check::ClientIdTwice], &["client-id-differs"]),
        (&[Check::Certificate], &["expired-certificate", "self-signed-certificate"]),
        (&[Check::ResponseHost], &["replaced-response-uri"]),
        (&[Check::ClientId, Check::ResponseHost], &WRONG_CLIENTS),
        (&[Check::Audience], &["wrong-audience"]),
        (&[Check::Times], &["expired-request"]),
        (&[Check::WalletNonce], &["wrong-wallet-nonce"]),
        (&[Check::Nonce], &["missing-nonce"]),
        (&[Check::ResponseUri], &["both-uris"]),
        (&[Check::ResponseMode], &["unknown-response-mode"]),
        (&[Check::EncryptionKey], &["key-without-alg", "no-encryption-key"]),
        (&[Check::TransactionData], &["unknown-transaction-type"]),
        (&[Check::Satisfiable], &["over-asking", "unsatisfiable-value"]),
        (&[Check::RequestUri], &["request-uri-redirect"]),
    ];
    for (overlooked, due) in lapses {
        let lenient = Wallet { overlooked: Overlooked(overlooked.to_vec()), ..wallet.clone() };
        let got: BTreeSet<&str> = failed(&desk, &lenient).await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(got, due.iter().copied().collect(), "{overlooked:?}");
    }
}

/// What is wrong with a wallet's answers, and the code that names it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_an_answer_is_named() {
    let (desk, wallet) = scene().await;
    for (fault, trial, code) in [
        (Fault::InvalidKbJwtAud, "sd-jwt-vc", "claim.audience"),
        (Fault::InvalidKbJwtNonce, "sd-jwt-vc", "vp.nonce"),
        (Fault::InvalidSdHash, "sd-jwt-vc", "sdjwt.sd_hash"),
        (Fault::KbJwtIatInPast, "sd-jwt-vc", "time.kb_window"),
        (Fault::NoKeyBinding, "sd-jwt-vc", "sdjwt.kb_missing"),
        (Fault::InvalidSessionTranscript, "mdoc", "mdoc.device_auth"),
        (Fault::ExpiredCredential, "mdoc", "time.expired"),
        (Fault::NotEncrypted, "sd-jwt-vc", "vp.response_mode"),
        (Fault::EncNotOffered, "sd-jwt-vc", "jwe.policy"),
        (Fault::PartiesChanged, "sd-jwt-vc", "jwe.decrypt"),
        (Fault::WrongState, "x509-san-dns", "vp.state"),
        (Fault::MissingState, "sd-jwt-vc", "vp.state"),
        (Fault::VpTokenAsString, "x509-san-dns", "vp.malformed"),
        (Fault::PresentationNotInArray, "x509-san-dns", "vp.malformed"),
        (Fault::UnknownQueryId, "sd-jwt-vc", "vp.dcql_unsatisfied"),
        (Fault::TwoWhereOneIsDue, "sd-jwt-vc", "vp.dcql_unsatisfied"),
        (Fault::MissingClaim, "sd-jwt-vc", "vp.dcql_unsatisfied"),
        (Fault::MissingCredential, "two-credentials", "vp.dcql_unsatisfied"),
        (Fault::OneGoodOneBad, "two-credentials", "vp.partial"),
        (Fault::UntrustedIssuer, "mdoc", "x509.untrusted_root"),
        (Fault::WalletError, "sd-jwt-vc", "access_denied"),
        (Fault::OverDisclosure, "one-claim", "got also"),
        (Fault::OverDisclosure, "mdoc", "got also"),
    ] {
        let faulty = wallet.with(fault);
        match judged(&desk, &faulty, named(trial).expect(trial)).await {
            Judged::Fail(detail) => assert!(detail.contains(code), "{}: {detail}", fault.name()),
            other => panic!("{}: {other:?}", fault.name()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_came_is_no_pass() {
    let (desk, _) = scene().await;
    let silent = |name: &str| {
        let trial = named(name).expect("a trial");
        desk.begin(trial).expect("begun");
        desk.standing(trial, true).and_then(|standing| standing.judged).expect("judged")
    };
    assert!(matches!(silent("sd-jwt-vc"), Judged::Fail(_)));
    assert!(matches!(silent("wrong-signature"), Judged::Untold(_)));
}

/// What a browser gets: pages under a strict policy, a code, and the state that the script asks for.
#[tokio::test(flavor = "multi_thread")]
async fn pages_show_the_trials() {
    let (desk, wallet) = scene().await;
    let base = desk.settings.base_url.clone();
    let page = wallet.http.fetch(&format!("{base}/"), "text/html").await.expect("answered");
    let text = String::from_utf8_lossy(&page.body).into_owned();
    assert!(page.is_success() && TRIALS.iter().all(|trial| text.contains(&format!("/trials/{}\"", trial.name))));
    assert!(!text.contains("src=\"http") && !text.contains("href=\"http"), "nothing of anybody else's");
    let started = wallet.http.post_form(&format!("{base}/trials/mdoc/start"), &[], "*/*").await.expect("answered");
    assert_eq!(started.status, 303);
    let qr = wallet.http.fetch(&format!("{base}/trials/mdoc/qr.svg"), "*/*").await.expect("answered");
    assert_eq!((qr.status, qr.media_type.as_str()), (200, "image/svg+xml"));
    let state =
        || async { wallet.http.fetch(&format!("{base}/trials/mdoc/state"), "*/*").await.expect("answered").json() };
    assert!(state().await.get("outcome").is_none());
    let link = desk.standing(named("mdoc").expect("there"), false).expect("begun").link;
    wallet.answer(&link).await.expect("answered");
    assert_eq!(state().await["outcome"], "pass");
    assert_eq!(wallet.http.fetch(&format!("{base}/trials/nobody"), "*/*").await.expect("answered").status, 404);
}
