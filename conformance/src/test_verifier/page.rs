//! Pages: plain HTML, one style sheet, one small script that asks for the live result. Nothing of anybody else's.

use std::fmt::Write;

use super::desk::{Desk, due_word};
use super::trials::{TRIALS, Trial};

/// The style sheet.
pub const STYLE: &str = include_str!("page.css");
/// The script.
pub const SCRIPT: &str = include_str!("page.js");
/// What pages may load.
pub const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; \
                          form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The list of trials.
pub fn list(desk: &Desk) -> String {
    let mut rows = String::new();
    for trial in &TRIALS {
        let standing = desk.standing(trial, false);
        let word = standing.as_ref().map_or("", |it| it.judged.as_ref().map_or("running", |judged| judged.word()));
        let _ = writeln!(
            rows,
            "<tr><th scope=\"row\"><a href=\"/trials/{0}\">{0}</a></th><td>{1}</td><td>{2}</td>\
             <td class=\"{word}\" id=\"{0}\">{word}</td><td>{3}</td></tr>",
            trial.name,
            escaped(trial.title),
            due_word(trial),
            escaped(&trial.rule.place()),
        );
    }
    let body = format!(
        "<h1>Test verifier for wallets</h1>\n\
         <p>Open a test, scan its code with your wallet, and read what it did. Honest requests must be presented to; faulty ones must not. \
         Your wallet needs <a href=\"/authority.pem\">the test authority</a> as anchor for verifiers, and a credential of it \
         (<code>vidimus-conformance wallet --write-credentials DIR</code>).</p>\n\
         <table><caption>Tests</caption><thead><tr><th scope=\"col\">test</th><th scope=\"col\">what is sent</th>\
         <th scope=\"col\">the wallet must</th><th scope=\"col\">result</th><th scope=\"col\">rule</th></tr></thead>\n\
         <tbody>\n{rows}</tbody></table>\n"
    );
    whole("Test verifier for wallets", &body)
}

/// One trial: its code, its link, its result.
pub fn trial(desk: &Desk, trial: &Trial) -> String {
    let standing = desk.standing(trial, false);
    let name = trial.name;
    let mut body = format!(
        "<p><a href=\"/\">All tests</a></p>\n<h1>{name}</h1>\n<dl><dt>What is sent</dt><dd>{}</dd>\
         <dt>The wallet must</dt><dd>{}</dd><dt>Rule</dt><dd>{}</dd></dl>\n\
         <form method=\"post\" action=\"/trials/{name}/start\"><button>{}</button></form>\n",
        escaped(trial.title),
        due_word(trial),
        escaped(&trial.rule.to_string()),
        if standing.is_some() { "Start again" } else { "Start" },
    );
    if let Some(standing) = standing {
        let link = escaped(&standing.link);
        let result = standing.judged.as_ref().map_or_else(
            || "waiting for the wallet".to_owned(),
            |judged| format!("{}: {}", judged.word(), judged.detail()),
        );
        let _ = write!(
            body,
            "<p role=\"status\" id=\"result\" data-state=\"/trials/{name}/state\">{}</p>\n\
             <p><img src=\"/trials/{name}/qr.svg\" alt=\"The request as a QR code\" width=\"320\" height=\"320\"></p>\n\
             <p><a href=\"{link}\">Open the wallet on this device</a></p>\n<p><code>{link}</code></p>\n\
             <script type=\"module\" src=\"/page.js\"></script>\n",
            escaped(&result),
        );
    }
    whole(name, &body)
}

fn whole(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><link rel=\"stylesheet\" href=\"/page.css\">\
         </head>\n<body><main>\n{body}</main></body></html>\n",
        escaped(title)
    )
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn markup_is_text() {
        assert_eq!(escaped("<a href='\"&\">"), "&lt;a href=&#39;&quot;&amp;&quot;&gt;");
    }
}
