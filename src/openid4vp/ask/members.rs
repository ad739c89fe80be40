//! The forms of single members: URLs and origins, as texts that mean one thing.

/// `true` for an https URL with a host, without user and fragment; http where the host is this machine.
pub fn is_https_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    is_plain(text) && !text.contains('#') && is_reachable(scheme, authority) && text.len() <= 2048
}

/// `true` for a web origin as browsers write it: scheme, host, perhaps a port, nothing behind. http where the host is this machine.
pub fn is_origin(text: &str) -> bool {
    let Some((scheme, authority)) = text.split_once("://") else { return false };
    is_plain(text)
        && !authority.contains(['/', '?', '#'])
        && !text.bytes().any(|byte| byte.is_ascii_uppercase())
        && is_reachable(scheme, authority)
        && text.len() <= 255
}

/// The host of a URL, without port.
pub fn host_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    Some(host(authority))
}

fn host(authority: &str) -> &str {
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => authority.split(':').next().unwrap_or_default(),
    }
}

fn is_reachable(scheme: &str, authority: &str) -> bool {
    let host = host(authority);
    let is_own = matches!(host, "localhost" | "127.0.0.1" | "::1");
    let is_host = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.:".contains(&byte));
    is_host && (scheme == "https" || (scheme == "http" && is_own))
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}@".contains(&byte))
}
