//! Deliveries: a short message of ours, posted to a place that an operator's caller named. As guarded as every fetch: https, public
//! addresses, no redirect. Nothing of the answer is read but its status.

use tokio::time::timeout;

use super::{Fetcher, allowed_url};
use crate::locator::Locator;

/// A message that leaves.
pub struct Delivery<'d> {
    /// Where it goes.
    pub to: &'d Locator,
    /// Headers beyond the content type, which is JSON.
    pub headers: &'d [(&'static str, String)],
    /// The message.
    pub body: String,
}

impl Fetcher {
    /// `true` when messages may go there at all. Whether the host's addresses are public shows when it is resolved.
    pub fn delivers_to(&self, to: &Locator) -> bool {
        allowed_url(to, &self.inner.settings).is_some()
    }

    /// Posts the message; the status that came back. `None` when there was no answer in time, or it may not go there.
    pub async fn deliver(&self, delivery: Delivery<'_>) -> Option<u16> {
        let inner = &*self.inner;
        let url = allowed_url(delivery.to, &inner.settings)?;
        let lane = inner.lanes.get(inner.lane_number(&delivery.to.host()))?;
        let posted = async {
            let _turn = lane.acquire().await.ok()?;
            let mut request = inner.client.post(url).header("content-type", "application/json").body(delivery.body);
            for (name, value) in delivery.headers {
                request = request.header(*name, value);
            }
            request.send().await.ok().map(|response| response.status().as_u16())
        };
        timeout(inner.settings.time, posted).await.ok().flatten()
    }
}
