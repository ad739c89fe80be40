//! Progress: a bar on standard error for work that lasts, and only when somebody watches.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar of that many steps; without a terminal it draws nothing.
pub(super) fn bar(steps: usize, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(steps as u64), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len} {eta}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_message(what);
    bar
}

/// A bar that never draws, for work that does not last.
pub(super) fn none() -> ProgressBar {
    ProgressBar::hidden()
}
