//! Which addresses of a name are tried, and how.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use futures::{StreamExt, stream::FuturesUnordered};
use tokio::{net::TcpStream, time::sleep};

/// Addresses of a name that are tried at most.
const MOST_ADDRESSES: usize = 8;

/// How long an address is tried before the next one is tried beside it (RFC 8305, section 8).
const HEAD_START: Duration = Duration::from_millis(250);

/// Which addresses of a name are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// All, in the resolver's order.
    Any,
    /// These first.
    First { six: bool },
    /// None but these.
    Only { six: bool },
}

impl Family {
    /// By the option's word.
    pub(super) fn of(word: &str) -> Self {
        match word {
            "prefer_ipv4" => Self::First { six: false },
            "prefer_ipv6" => Self::First { six: true },
            "ipv4" => Self::Only { six: false },
            "ipv6" => Self::Only { six: true },
            _ => Self::Any,
        }
    }

    /// Those that are used, the first to try in front.
    pub(super) fn pick(self, mut addresses: Vec<IpAddr>) -> Vec<IpAddr> {
        match self {
            Self::Any => {}
            Self::First { six } => addresses.sort_by_key(|address| address.is_ipv6() != six),
            Self::Only { six } => addresses.retain(|address| address.is_ipv6() == six),
        }
        addresses.truncate(MOST_ADDRESSES);
        addresses
    }
}

/// The first that accepts. One that stays silent does not keep the others waiting.
pub(super) async fn first(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    if let [only] = addresses {
        return TcpStream::connect(only).await;
    }
    let mut left = addresses.iter();
    let mut tries = FuturesUnordered::new();
    let mut failed = io::Error::from(io::ErrorKind::AddrNotAvailable);
    loop {
        if let Some(next) = left.next() {
            tries.push(TcpStream::connect(*next));
        }
        tokio::select! {
            done = tries.next() => match done {
                Some(Ok(stream)) => return Ok(stream),
                // That this machine has no address of a family tells nothing where others were tried.
                Some(Err(error))
                    if error.kind() == io::ErrorKind::AddrNotAvailable && failed.raw_os_error().is_some() => {}
                Some(Err(error)) => failed = error,
                None => return Err(failed),
            },
            () = sleep(HEAD_START), if left.len() > 0 => {}
        }
    }
}
