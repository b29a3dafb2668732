//! How far a run is, on a terminal; nothing where there is none.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often the bar moves.
const EVERY: Duration = Duration::from_millis(200);

/// Awaits `work`, showing meanwhile how many of `total` are done.
pub(crate) async fn shown<T>(
    label: &'static str,
    total: u64,
    done: impl Fn() -> u64,
    work: impl Future<Output = T>,
) -> T {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{msg:>10} {bar:40} {pos}/{len} {per_sec} {eta}")
        .expect("the template is a constant that is seen in every run");
    bar.set_style(style);
    bar.set_message(label);
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            finished = &mut work => {
                bar.finish_and_clear();
                return finished;
            }
            () = tokio::time::sleep(EVERY) => bar.set_position(done()),
        }
    }
}
