//! `cargo run -p web`, then `curl http://localhost:3000/report/lima`.
#![forbid(unsafe_code)]

use std::io;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, web::service()).await
}
