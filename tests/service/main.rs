//! The HTTP service: its router in process, and the whole of it over real sockets.

mod batch;
mod dids;
mod evidence;
mod load;
mod pages;
mod places;
mod sample;
mod sockets;
mod tables;
mod tls;
mod vc_api;
mod wire;
