#!/usr/bin/env bash
# What the library costs at build time, beside its peers, as Markdown.
#
#   bench/build-time.sh [hello] [dependencies] [structs] [functions] [code]
#
# hello: a clean build of a small program. dependencies: what each crate of ours has a share in that.
# structs, functions: 200 annotated ones over and above plain ones. code: the bytes of machine code of one
# such, in release; needs `size`. All of them if none is named.
#
# Each figure is the median of three runs. Everything is generated into a temporary directory.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=200
[ $# -gt 0 ] || set -- hello dependencies structs functions code

# What each crate is depended on as.
weakcache="weakcache = { path = \"$root\" }"
internment='internment = { version = "0.8.6", features = ["arc"] }'
cached='cached = "4.1.0"'
memoize='memoize = "0.6.0"'

# package NAME DEPENDENCY: an empty package, its source from standard input.
package() {
    mkdir -p "$work/$1/src"
    printf '[package]\nname = "%s"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n\n[dependencies]\n%s\n' \
        "$1" "$2" >"$work/$1/Cargo.toml"
    cat >"$work/$1/src/main.rs"
    (cd "$work/$1" && cargo fetch -q)
}

# seconds COMMAND...: how long it takes.
seconds() {
    local start=$EPOCHREALTIME
    "$@" >&2
    awk "BEGIN { printf \"%.2f\n\", $EPOCHREALTIME - $start }"
}

# median3 FUNCTION ARGUMENTS...: of three calls, each of which prints a number.
median3() {
    for _ in 1 2 3; do "$@"; done | sort -n | sed -n 2p
}

clean() { # NAME
    rm -rf "$work/$1/target"
    cd "$work/$1" && seconds cargo build -q --offline
}

touched() { # NAME COMMAND...: its dependencies are built already
    local name=$1
    shift
    cd "$work/$name"
    touch src/main.rs
    CARGO_INCREMENTAL=0 seconds cargo "$@" -q --offline
}

dependencies() { # NAME: the crates behind it
    (cd "$work/$1" && cargo tree -q --offline -e normal,build --prefix none --no-dedupe | sed 's/ (.*//' | sort -u | tail -n +2 | wc -l)
}

# numbered TEXT: the text for each number, with the number for @.
numbered() {
    for i in $(seq "$count"); do printf '%s\n' "${1//@/$i}"; done
}

over() { awk "BEGIN { printf \"%.2f\", $1 - $2 }"; }

struct_fields='{ year: i32, month: u8, name: String }'
plain_struct="#[derive(PartialEq, Eq, Hash, Debug)] pub struct S@ $struct_fields"
use_struct='    let s = S@ { year: @, month: 1, name: String::new() }; println!("{s:?}");'
use_arc='    let s = ArcIntern::new(S@ { year: @, month: 1, name: String::new() }); println!("{s:?}");'
use_new='    let s = S@::new(@, 1, ""); println!("{s:?}");'
plain_function='pub fn call@(n: u64, name: &str) -> String { format!("{name}{n}@") }'
owned_function='pub fn call@(n: u64, name: String) -> String { format!("{name}{n}@") }'
use_function='    println!("{}", call@(@, "x"));'
use_owned='    println!("{}", call@(@, String::from("x")));'

main() { printf 'fn main() {\n'; numbered "$1"; printf '}\n'; }

echo "Measured $(date +%F) with $(rustc --version | cut -d' ' -f1,2), $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)."

hello_package() {
    package hello-weakcache "$weakcache" <<'END'
use weakcache::{interned, memoize};

#[interned]
struct Name(String);

#[memoize]
fn double(n: u64) -> u64 {
    n * 2
}

fn main() {
    println!("{} {}", Name::new("x").0, double(1));
}
END
}

hello() {
    hello_package
    echo 'fn main() { println!("{}", internment::ArcIntern::<String>::from("x")); }' |
        package hello-internment "$internment"
    echo '#[cached::macros::cached] fn f(n: u64) -> u64 { n } fn main() { println!("{}", f(1)); }' |
        package hello-cached "$cached"
    echo '#[memoize::memoize] fn f(n: u64) -> u64 { n } fn main() { println!("{}", f(1)); }' |
        package hello-memoize "$memoize"
    printf '\n## Clean build of a hello world\n\n| | seconds | crates |\n|---|---|---|\n'
    for name in weakcache internment cached memoize; do
        echo "| $name | $(median3 clean "hello-$name") | $(dependencies "hello-$name") |"
    done
}

# The time of each compiler, one at a time.
dependencies_cost() {
    hello_package
    cat >"$work/timed" <<'END'
#!/usr/bin/env bash
start=$EPOCHREALTIME
"$@" || exit
name=$(sed -n 's/.*--crate-name \([^ ]*\).*/\1/p' <<<"$*")
awk "BEGIN { printf \"%s %.2f\n\", \"$name\", $EPOCHREALTIME - $start }" >>"$TIMES"
END
    chmod +x "$work/timed"
    export TIMES=$work/times
    for _ in 1 2 3; do
        rm -rf "$work/hello-weakcache/target"
        (cd "$work/hello-weakcache" && RUSTC_WRAPPER=$work/timed cargo build -q -j1 --offline)
    done
    printf '\n## What the crates of the default build cost\n\n| | seconds |\n|---|---|\n'
    # A crate and its build script count as one, three runs are averaged.
    awk '$1 != "___" { sum[$1] += $2 } END { for (name in sum) printf "| %s | %.2f |\n", name, sum[name] / 3 }' \
        "$TIMES" | sort -t'|' -k3 -rn
}

# table TITLE PLAIN CONTESTANTS...: what each costs over and above the plain package.
table() {
    local title=$1 plain=$2 name command base
    shift 2
    echo
    echo "## $title, over and above plain ones"
    echo
    echo "| | check | build |"
    echo "|---|---|---|"
    declare -A bases
    for command in check build; do
        (cd "$work/$plain" && cargo "$command" -q --offline)
        bases[$command]=$(median3 touched "$plain" "$command")
    done
    echo "| plain | (${bases[check]}) | (${bases[build]}) |"
    for name in "$@"; do
        printf '| %s |' "$name"
        for command in check build; do
            (cd "$work/$name" && CARGO_INCREMENTAL=0 cargo "$command" -q --offline)
            base=${bases[$command]}
            printf ' %s |' "$(over "$(median3 touched "$name" "$command")" "$base")"
        done
        echo
    done
}

# structs_packages, functions_packages: `plain` and the contestants, each with `count` items.
structs_packages() {
    { numbered "$plain_struct"; main "$use_struct"; } | package plain ''
    { echo 'use weakcache::interned;'; numbered "#[interned] #[derive(Debug)] pub struct S@ $struct_fields"; main "$use_new"; } |
        package weakcache "$weakcache"
    { echo 'use internment::ArcIntern;'; numbered "$plain_struct"; main "$use_arc"; } | package internment "$internment"
}

functions_packages() {
    { numbered "$plain_function"; main "$use_function"; } | package plain ''
    { echo 'use weakcache::memoize;'; numbered "#[memoize] $plain_function"; main "$use_function"; } |
        package weakcache "$weakcache"
    { echo 'use cached::macros::cached;'; numbered "#[cached] $owned_function"; main "$use_owned"; } |
        package cached "$cached"
    { echo 'use memoize::memoize;'; numbered "#[memoize] $owned_function"; main "$use_owned"; } |
        package memoize "$memoize"
}

structs() {
    structs_packages
    table "$count annotated structs" plain weakcache internment
}

functions() {
    functions_packages
    table "$count annotated functions" plain weakcache cached memoize
}

# text NAME: the bytes of code of the program, in release.
text() {
    cd "$work/$1" && CARGO_TARGET_DIR=$work/release cargo build -q --release --offline >&2
    size "$work/release/release/$1" | awk 'NR == 2 { print $1 }'
}

# each PACKAGES CONTESTANTS...: rows of the bytes that one more item takes, over and above a plain one.
each() {
    local packages=$1 name plain=0 bytes
    shift
    declare -A few
    # From the second one on: what the first brings along, all share.
    count=2 "$packages"
    for name in "$@"; do few[$name]=$(text "$name"); done
    count=22 "$packages"
    for name in "$@"; do
        bytes=$((($(text "$name") - few[$name]) / 20 - plain))
        if [ "$name" = plain ]; then
            plain=$bytes
            echo "| plain | ($bytes) |"
        else
            echo "| $name | $bytes |"
        fi
    done
}

code() {
    size --version >/dev/null
    printf '\n## Machine code of one more annotated struct, over and above a plain one\n\n| | bytes |\n|---|---|\n'
    each structs_packages plain weakcache internment
    printf '\n## Machine code of one more annotated function of the same types, over and above a plain one\n\n| | bytes |\n|---|---|\n'
    each functions_packages plain weakcache cached memoize
}

for part in "$@"; do
    case $part in
    hello | structs | functions | code) "$part" ;;
    dependencies) dependencies_cost ;;
    *)
        echo "no part \`$part\`; there are: hello, dependencies, structs, functions, code" >&2
        exit 2
        ;;
    esac
done
