//! What a service says of itself over HTTP: its metrics and whether it is ready.

use std::collections::BTreeMap;
use std::time::Duration;

use testkit::Http;

/// How long a service may take to say whether it is ready.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// A scrape: each series with its value.
#[derive(Debug, Clone)]
pub struct Metrics(BTreeMap<String, f64>);

impl Metrics {
    /// Asks `<base>/metrics`.
    ///
    /// # Panics
    /// When nobody answers.
    pub async fn of(base: &str) -> Self {
        let answer = Http::new().get(&format!("{base}/metrics")).await;
        assert_eq!(answer.status, 200);
        let text = answer.body.as_str().unwrap_or_default().to_owned();
        Self::read(&text)
    }

    /// The sum over all series of a metric; 0 where there is none yet.
    #[must_use]
    pub fn sum(&self, name: &str) -> f64 {
        let of_name = |series: &str| {
            series
                .strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('{'))
        };
        self.0
            .iter()
            .filter(|(series, _)| of_name(series))
            .map(|(_, value)| value)
            .sum()
    }

    /// Checks that a counter has risen since `before`.
    ///
    /// # Panics
    /// When it stands where it stood.
    #[track_caller]
    pub fn assert_rose(&self, name: &str, before: &Metrics) {
        let (was, is) = (before.sum(name), self.sum(name));
        assert!(
            is > was,
            "{name} stands at {is}, before at {was}: {:?}",
            self.0
        );
    }

    /// Reads the text of a scrape.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let series = text.lines().filter(|line| !line.starts_with('#'));
        let pair = |line: &str| {
            let (name, value) = line.rsplit_once(' ')?;
            Some((name.to_owned(), value.parse().ok()?))
        };
        Self(series.filter_map(pair).collect())
    }
}

/// True when the address answers 200.
pub async fn is_ready(url: &str) -> bool {
    let (http, method) = (Http::new(), reqwest::Method::GET);
    let asking = http.try_send(method, url, None, &[]);
    let answer = tokio::time::timeout(ANSWER_LIMIT, asking).await;
    matches!(answer, Ok(Ok(answer)) if answer.status == 200)
}
