//! A gallery that keeps as many thumbnails as fit into 128 kilobytes, while a crawler goes through all of them.
//!
//! `cargo run --example thumbnails`
//!
//! Look for: the weight stays below 131072; where the crawler drives out what is in use (least recently used), fewer hits.

use std::sync::Arc;
use std::thread;
use weakcache::{CacheInfo, memoize};

/// What the thumbnails may take together.
const MEMORY: usize = 128 << 10;

/// Shades of grey, row by row.
#[derive(Debug, PartialEq)]
struct Image {
    width: usize,
    height: usize,
    shades: Box<[u8]>,
}

/// "Reads" a picture: some are wide, some high. It is large, and needed for a few thumbnails in a row, so two are enough.
#[memoize(lru = 2, controls = false)]
fn picture(name: &str) -> Arc<Image> {
    let seed = name.bytes().fold(7_usize, |seed, byte| (seed * 31 + usize::from(byte)) % 1009);
    let (width, height) = (150 + seed % 200, 150 + seed * 7 % 200);
    let shade = |at: usize| ((at % width) * (at / width) / (seed + 1) % 256).to_le_bytes()[0];
    Arc::new(Image { width, height, shades: (0..width * height).map(shade).collect() })
}

/// A picture of this width. The bound is on bytes, since a wide one takes as much as many narrow ones.
#[memoize(weight = MEMORY, weigh = |name, _, image| size_of::<Image>() + name.len() + image.shades.len())]
fn thumbnail(name: &str, width: usize) -> Arc<Image> {
    Arc::new(scaled(&picture(name), width))
}

/// The same by the exact order of use, to compare.
#[memoize(lru = 1_000, weight = MEMORY, weigh = |name, _, image| size_of::<Image>() + name.len() + image.shades.len())]
fn thumbnail_by_lru(name: &str, width: usize) -> Arc<Image> {
    Arc::new(scaled(&picture(name), width))
}

/// What stands below it: small and all alike, so a number of entries is bound enough.
#[memoize(capacity = 100)]
fn title(name: &str) -> String {
    let image = picture(name);
    format!("{name}, {} × {}", image.width, image.height)
}

fn scaled(image: &Image, width: usize) -> Image {
    let height = (image.height * width / image.width).max(1);
    let from =
        |to: usize| (to % width * image.width / width) + (to / width * image.height / height) * image.width;
    Image { width, height, shades: (0..width * height).map(|to| image.shades[from(to)]).collect() }
}

/// What is asked for: a few favourites, in two sizes, and now and then the next page of the crawler.
fn requests() -> impl Iterator<Item = (String, usize)> {
    (0..2_000_usize).map(|step| match step % 5 {
        0..2 => (format!("favourite {}", step * step / 5 % 30), 32),
        2..4 => (format!("favourite {}", step % 11), 64),
        _ => (format!("page {step}"), 48),
    })
}

fn main() {
    for (name, width) in requests() {
        assert_eq!(thumbnail(&name, width), thumbnail_by_lru(&name, width));
    }
    let (chosen, exact) = (thumbnail::cache_info(), thumbnail_by_lru::cache_info());
    println!("chosen by S3-FIFO:   {chosen}");
    println!("least recently used: {exact}");
    assert!(chosen.hits > exact.hits, "what comes by once drives out what is asked for again");
    assert!(chosen.weight <= MEMORY && exact.weight <= MEMORY);

    // Wider than all the memory there is: it is shown, and not kept.
    let CacheInfo { len, .. } = thumbnail::cache_info();
    assert_eq!(thumbnail("favourite 1", 1_000).width, 1_000);
    assert_eq!((thumbnail::peek("favourite 1", 1_000), thumbnail::cache_info().len), (None, len));

    // Four visitors at once. Their hits do not wait for each other.
    thumbnail::cache_clear();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for (name, width) in requests() {
                    assert_eq!(thumbnail(&name, width).width, width);
                    assert!(title(&name).starts_with(&name) && thumbnail::cache_info().weight <= MEMORY);
                }
            });
        }
    });
    println!("four visitors:       {}", thumbnail::cache_info());
    println!("titles:              {}", title::cache_info());
    assert!(title::cache_info().len <= 100);
}
