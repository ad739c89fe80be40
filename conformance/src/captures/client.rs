//! A client over HTTPS or HTTP, for a service that runs.

use std::time::Duration;

use serde_json::Value;

use super::{Answer, Ask};

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A service at a URL.
pub struct Client {
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
    url: String,
    key: Option<String>,
}

impl Client {
    /// The service at this URL. `certificate` (PEM or DER) is trusted beside those of public authorities, `key` sent with every
    /// request.
    ///
    /// # Errors
    /// A sentence, when the certificate is none or no client can be made.
    pub fn new(url: &str, certificate: Option<&[u8]>, key: Option<String>) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        let builder = match certificate {
            None => builder,
            Some(bytes) => {
                let is_der = bytes.first() == Some(&0x30);
                let read = if is_der { reqwest::Certificate::from_der } else { reqwest::Certificate::from_pem }(bytes);
                builder.tls_certs_only([read.map_err(|error| error.to_string())?])
            }
        };
        let client = builder.build().map_err(|error| error.to_string())?;
        Ok(Client { runtime, client, url: url.trim_end_matches('/').to_owned(), key })
    }

    fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer, String> {
        let request = match &self.key {
            None => request,
            Some(key) => request.bearer_auth(key),
        };
        self.runtime.block_on(async {
            let answer = request.timeout(PATIENCE).send().await.map_err(|error| format!("{error:?}"))?;
            let status = answer.status().as_u16();
            let bytes = answer.bytes().await.map_err(|error| format!("{error:?}"))?;
            let body = vidimus::encoding::json::from_slice(&bytes)
                .map_err(|reason| format!("status {status}, and no JSON: {reason}"))?;
            Ok(Answer { status, body })
        })
    }
}

impl Ask for Client {
    fn post(&self, path: &str, body: &Value) -> Result<Answer, String> {
        let request = self.client.post(format!("{}{path}", self.url)).header("content-type", "application/json");
        self.send(request.body(body.to_string()))
    }

    fn get(&self, path: &str) -> Result<Answer, String> {
        self.send(self.client.get(format!("{}{path}", self.url)))
    }
}
