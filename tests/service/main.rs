//! The HTTP service: its router in process, and the whole of it over real sockets.

mod batch;
mod dids;
mod evidence;
mod load;
mod openid4vp;
mod openid4vp_catalogue;
mod openid4vp_changes;
mod openid4vp_dc_api;
mod places;
mod sample;
mod sockets;
mod tables;
mod tls;
mod vc_api;
mod verifier;
mod wallet;
mod wire;
