//! Places: how many connections there may be at once, in all and of one source, and how many streams one person may listen to.
//!
//! Whoever holds thousands of silent connections must not keep everybody else out. Loopback and trusted proxies stand for many people,
//! so they are counted in all only.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

/// Counts what is held under each key, up to a most.
#[derive(Debug)]
pub struct Places<K: Eq + Hash> {
    most: usize,
    held: Arc<Mutex<HashMap<K, usize>>>,
}

impl<K: Eq + Hash> Clone for Places<K> {
    fn clone(&self) -> Self {
        Self { most: self.most, held: Arc::clone(&self.held) }
    }
}

/// One place; free again when dropped.
#[derive(Debug)]
pub struct Place<K: Eq + Hash> {
    key: K,
    held: Arc<Mutex<HashMap<K, usize>>>,
}

impl<K: Eq + Hash + Clone> Places<K> {
    /// So many for each key.
    pub fn new(most: usize) -> Self {
        Self { most, held: Arc::default() }
    }

    /// A place, unless as many as there are are taken.
    pub fn take(&self, key: K) -> Option<Place<K>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(key.clone()).or_insert(0);
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Place { key, held: Arc::clone(&self.held) })
    }
}

impl<K: Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.key);
            }
        }
    }
}

/// What counts as one source: an IPv4 address, or the /64 that one household or machine is given of IPv6.
pub fn source(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::{Places, source};

    #[test]
    fn each_has_its_own_places_and_gives_them_back() {
        let places = Places::new(2);
        let (one, other) = (places.take("ann"), places.take("ann"));
        assert!(one.is_some() && other.is_some() && places.take("ann").is_none());
        assert!(places.take("ben").is_some(), "who comes from elsewhere has places of their own");
        drop(one);
        assert!(places.take("ann").is_some());
        drop(other);
        assert!(places.held.lock().expect("unharmed").is_empty(), "nobody is remembered");
    }

    #[test]
    fn one_household_is_one_source() {
        let same = |one: &str, other: &str| source(one.parse().expect(one)) == source(other.parse().expect(other));
        assert!(same("2001:db8::1", "2001:db8::ffff:1") && same("::ffff:192.0.2.7", "192.0.2.7"));
        assert!(!same("2001:db8::1", "2001:db8:0:1::1") && !same("192.0.2.7", "192.0.2.8"));
    }
}
