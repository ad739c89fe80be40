//! Logs: to standard error, as text or JSON. They name requests by an opaque id and never hold what was sent.

use std::panic::PanicHookInfo;

use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// For people.
    #[default]
    Text,
    /// For machines.
    Json,
}

/// Sends logs to standard error from now on. `filter` is a level or a list of `target=level`; what cannot be read means `info`.
pub fn start(form: Form, filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter).with_target(false);
    // A second start, as in tests, keeps the first subscriber.
    let _ = match form {
        Form::Text => builder.with_ansi(false).try_init(),
        Form::Json => builder.json().try_init(),
    };
}

/// Makes panics log where they happened and nothing else: their message may hold what was sent.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        let place = panic.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
        tracing::error!(place, "panic");
    }));
}
