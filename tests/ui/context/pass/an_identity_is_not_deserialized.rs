//! Nor do they become what a context is made from.


#[derive(serde::Deserialize)]
struct Body {
    token: String,
}

fn main() {}
