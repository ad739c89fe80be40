//! Issuing twins: one file a format. Key and content in, text out.

pub mod eu_dcc;
pub mod nz_covid_pass;
pub mod smart_health_card;
