use weakcache::fingerprint;

trait Parse {
    #[fingerprint]
    fn parse();
}

fn main() {}
