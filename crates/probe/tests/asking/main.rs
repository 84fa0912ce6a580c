//! Probes against real servers on loopback ports: what they see, what they say when it goes wrong, what they never keep.

mod harness;
mod pki;
mod server;

mod answers;
mod egress;
mod faults;
mod filled;
mod leaving;
mod options;
mod phases;
mod redirects;
mod secrets;
mod tcp;
mod tls;
