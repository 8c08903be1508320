//! Buffers, and what their holder does.

use opool::PoolAllocator;

pub const KIB: usize = 1024;

pub struct Buffers(pub usize);

impl PoolAllocator<Vec<u8>> for Buffers {
    fn allocate(&self) -> Vec<u8> {
        Vec::with_capacity(self.0)
    }
}

/// What the holder does.
pub fn write(buffer: &mut Vec<u8>, i: u64) -> u8 {
    buffer.clear();
    buffer.push(i.to_le_bytes()[0]);
    buffer[0]
}

pub fn kib() -> Vec<u8> {
    Vec::with_capacity(KIB)
}
