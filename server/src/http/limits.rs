//! How fast one address and one token may ask: GCRA, so that a burst is let through and a flood is not. Who asks too fast is told
//! when to come again.

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    state::keyed::HashMapStateStore,
};
use model::{Caller, Problem, ProblemKind, TokenId};

use super::{problem::Refusal, way::Source};
use crate::config::Limits;

/// What each address and token has asked of late. Cheap to clone.
#[derive(Clone)]
pub struct Rates(Arc<Both>);

struct Both {
    addresses: Rate<IpAddr>,
    tokens: Rate<TokenId>,
}

struct Rate<K: Clone + Eq + Hash> {
    limiter: RateLimiter<K, HashMapStateStore<K>, DefaultClock>,
    clock: DefaultClock,
}

impl<K: Clone + Eq + Hash> Rate<K> {
    fn new(per_second: NonZeroU32, burst: NonZeroU32) -> Self {
        let quota = Quota::per_second(per_second).allow_burst(burst);
        Self { limiter: RateLimiter::hashmap(quota), clock: DefaultClock::default() }
    }

    /// One more; the error is how long until one is let through.
    fn one_more(&self, key: &K) -> Result<(), Duration> {
        self.limiter.check_key(key).map_err(|until| until.wait_time_from(self.clock.now()))
    }
}

impl Rates {
    /// With nothing asked yet.
    pub fn new(limits: &Limits) -> Self {
        Self(Arc::new(Both {
            addresses: Rate::new(limits.address_per_second, limits.address_burst),
            tokens: Rate::new(limits.token_per_second, limits.token_burst),
        }))
    }

    /// One more of this address.
    pub fn address(&self, address: IpAddr) -> Result<(), Duration> {
        self.0.addresses.one_more(&whose(address))
    }

    /// One more of this caller, if it is a token.
    pub fn token(&self, caller: &Caller) -> Result<(), Duration> {
        match caller {
            Caller::Token { id, .. } => self.0.tokens.one_more(id),
            Caller::Local | Caller::Nobody | Caller::Person { .. } => Ok(()),
        }
    }

    /// Forgets those who have been quiet so long that they may ask as much as anybody new.
    pub fn forget_the_quiet(&self) {
        self.0.addresses.limiter.retain_recent();
        self.0.tokens.limiter.retain_recent();
    }
}

/// Who has an IPv6 address has all of its /64.
fn whose(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let mut segments = address.segments();
            segments[4..].fill(0);
            IpAddr::V6(Ipv6Addr::from(segments))
        }
    }
}

/// Lets a request through, or tells its address when to come again.
pub async fn by_address(State(rates): State<Rates>, request: Request, next: Next) -> Response {
    let asked = request.extensions().get::<Source>().map_or(Ok(()), |source| rates.address(source.0));
    match asked {
        Ok(()) => next.run(request).await,
        Err(wait) => wait_for(wait),
    }
}

/// 429, with when to come again in whole seconds.
pub fn wait_for(wait: Duration) -> Response {
    let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1);
    let detail = format!("Too many requests. Come again in {seconds} s.");
    let mut response = Refusal(Problem::new(ProblemKind::TooMany, detail)).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

#[cfg(test)]
mod tests {
    use std::{net::IpAddr, num::NonZeroU32, time::Duration};

    use model::{Caller, Slug, TokenId, TokenOf};

    use super::{Rates, wait_for};
    use crate::config::Limits;

    fn rates() -> Rates {
        let number = |number| NonZeroU32::new(number).expect("more than none");
        let limits = Limits {
            address_per_second: number(1),
            address_burst: number(3),
            token_per_second: number(1),
            token_burst: number(2),
        };
        Rates::new(&limits)
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_burst_is_let_through_and_then_one_is_told_when_to_come_again() {
        let rates = rates();
        for _ in 0..3 {
            assert_eq!(rates.address(address("192.0.2.7")), Ok(()));
        }
        let wait = rates.address(address("192.0.2.7")).expect_err("too many");
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1), "{wait:?}");
        assert_eq!(rates.address(address("192.0.2.8")), Ok(()), "of another address");
    }

    #[test]
    fn a_whole_network_of_one_person_counts_as_one() {
        let rates = rates();
        for last in 1..=3 {
            assert_eq!(rates.address(address(&format!("2001:db8:0:7::{last}"))), Ok(()));
        }
        assert!(rates.address(address("2001:db8:0:7:ffff::1")).is_err());
        assert_eq!(rates.address(address("2001:db8:0:8::1")), Ok(()));
    }

    #[test]
    fn each_token_counts_alone_and_people_are_not_counted_so() {
        let rates = rates();
        let token = |id| {
            let of = TokenOf::Integration { slug: Slug::parse("orders").expect("a slug") };
            Caller::Token { id: TokenId(id), of, from: None }
        };
        assert_eq!((rates.token(&token(1)), rates.token(&token(1))), (Ok(()), Ok(())));
        assert!(rates.token(&token(1)).is_err());
        assert_eq!(rates.token(&token(2)), Ok(()));
        assert!((0..10).all(|_| rates.token(&Caller::Nobody).is_ok()));
    }

    #[test]
    fn the_wait_is_told_in_whole_seconds() {
        for (wait, told) in [(1, "1"), (1_000, "1"), (1_001, "2")] {
            let response = wait_for(Duration::from_millis(wait));
            assert_eq!(response.status(), 429);
            assert_eq!(response.headers()["retry-after"], told);
        }
    }
}
