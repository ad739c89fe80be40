//! OpenID for Verifiable Presentations 1.0, the verifier's side: what is asked, what comes back, and what it comes to. No HTTP and no
//! storage inside; who keeps sessions implements [`ports::Sessions`].

pub mod ports;
