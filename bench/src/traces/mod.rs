//! Sequences of keys, as caches are asked for them: real ones from a folder, and made-up ones.

pub mod made_up;

use std::collections::HashSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use ruzstd::decoding::StreamingDecoder;

/// The keys in the order of access.
#[derive(Clone, Debug)]
pub struct Trace {
    pub name: String,
    pub keys: Vec<u64>,
    /// How many different keys there are.
    pub distinct: usize,
}

impl Trace {
    pub fn new(name: impl Into<String>, keys: Vec<u64>) -> Self {
        let distinct = keys.iter().collect::<HashSet<_>>().len();
        Self { name: name.into(), keys, distinct }
    }

    /// Room for so many thousandths of the different keys, and for one at least.
    pub fn room(&self, thousandths: usize) -> usize {
        (self.distinct * thousandths).div_ceil(1000).max(1)
    }
}

/// The traces of the folder, `NAME.u32.zst` and `NAME.u64.zst`, by name.
///
/// # Errors
///
/// Says what cannot be read, or that there is none.
pub fn of_folder(folder: &Path) -> Result<Vec<Trace>, String> {
    let fault = |path: &Path, error: &dyn ToString| format!("{}: {}", path.display(), error.to_string());
    let entries = fs::read_dir(folder).map_err(|error| fault(folder, &error))?;
    let mut paths: Vec<(String, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let name = name.strip_suffix(".u32.zst").or(name.strip_suffix(".u64.zst"))?;
            Some((name.to_owned(), entry.path()))
        })
        .collect();
    paths.sort();
    if paths.is_empty() {
        return Err(fault(folder, &"no file NAME.u32.zst or NAME.u64.zst"));
    }
    paths
        .into_iter()
        .map(|(name, path)| {
            read(&path).map(|keys| Trace::new(name, keys)).map_err(|error| fault(&path, &error))
        })
        .collect()
}

/// The keys of a trace: little-endian integers, of the width that its name tells, compressed.
fn read(path: &Path) -> Result<Vec<u64>, String> {
    let packed = fs::read(path).map_err(|error| error.to_string())?;
    keys(&unpacked(&packed)?, path.to_string_lossy().ends_with(".u64.zst"))
}

fn unpacked(packed: &[u8]) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    StreamingDecoder::new(packed)
        .map_err(|error| error.to_string())?
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn keys(bytes: &[u8], wide: bool) -> Result<Vec<u64>, String> {
    let (keys, rest): (Vec<u64>, _) = if wide {
        let (keys, rest) = bytes.as_chunks();
        (keys.iter().map(|key| u64::from_le_bytes(*key)).collect(), rest)
    } else {
        let (keys, rest) = bytes.as_chunks();
        (keys.iter().map(|key| u32::from_le_bytes(*key).into()).collect(), rest)
    };
    match rest {
        [] if keys.is_empty() => Err("no keys".to_owned()),
        [] => Ok(keys),
        _ => Err("ends within a key".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Trace, keys, of_folder, unpacked};

    #[test]
    fn a_frame_is_unpacked_or_an_error() {
        // As the program zstd writes it: magic number, head of the frame, head of a raw block of eight bytes.
        let frame = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58, 0x41, 0x00, 0x00, 1, 0, 0, 0, 0, 1, 0, 0];
        assert_eq!(unpacked(&frame), Ok(vec![1, 0, 0, 0, 0, 1, 0, 0]));
        assert!(unpacked(&frame[..12]).is_err());
        assert!(unpacked(b"keys in plain").is_err());
    }

    #[test]
    fn keys_are_little_endian() {
        let bytes = [1, 0, 0, 0, 0, 1, 0, 0];
        assert_eq!(keys(&bytes, false), Ok(vec![1, 256]));
        assert_eq!(keys(&bytes, true), Ok(vec![1 + (256 << 32)]));
    }

    #[test]
    fn what_is_no_trace_is_an_error() {
        assert_eq!(keys(&[], false), Err("no keys".to_owned()));
        assert_eq!(keys(&[1, 0, 0, 0, 7], false), Err("ends within a key".to_owned()));
        assert!(
            of_folder(Path::new("no such folder")).is_err_and(|error| error.starts_with("no such folder: "))
        );
    }

    #[test]
    fn a_cache_has_room_for_one_key_at_least() {
        let trace = Trace::new("three", vec![1, 2, 3, 1]);
        assert_eq!(trace.distinct, 3);
        assert_eq!([1, 250, 500, 1000].map(|thousandths| trace.room(thousandths)), [1, 1, 2, 3]);
    }
}
