//! Numbers and texts out of bytes that somebody sent: in network order, and never past their end.

/// What is left to read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Octets<'b>(&'b [u8]);

impl<'b> Octets<'b> {
    /// From the first of these on.
    pub(crate) const fn of(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    /// Whether all was read.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// So many bytes, if there are so many.
    pub(crate) fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// All that is left.
    pub(crate) fn rest(&mut self) -> &'b [u8] {
        std::mem::take(&mut self.0)
    }

    /// The next byte.
    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// Two bytes.
    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// Four bytes.
    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// Eight bytes.
    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    /// Two bytes with a sign.
    pub(crate) fn i16(&mut self) -> Option<i16> {
        self.array().map(i16::from_be_bytes)
    }

    /// Four bytes with a sign.
    pub(crate) fn i32(&mut self) -> Option<i32> {
        self.array().map(i32::from_be_bytes)
    }

    /// Eight bytes with a sign.
    pub(crate) fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_be_bytes)
    }

    /// So many bytes in an array of that length.
    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Octets;

    #[test]
    fn numbers_are_read_in_network_order_and_never_past_the_end() {
        let mut octets = Octets::of(&[1, 0, 2, 0, 0, 0, 3, 0xff, 0xfe, 9]);
        assert_eq!((octets.u8(), octets.u16(), octets.u32()), (Some(1), Some(2), Some(3)));
        assert_eq!((octets.i32(), octets.u64()), (None, None), "three bytes are left, and stay");
        assert_eq!((octets.i16(), octets.take(2)), (Some(-2), None));
        assert_eq!((octets.is_empty(), octets.rest(), octets.is_empty()), (false, [9].as_slice(), true));
    }
}
