//! What a statement is written to hides the connection even from who implements the trait.


fn take<'c>(wire: tenant_db::query::Wire<'c>) -> tenant_db::query::Wire<'c> {
    wire
}

fn main() {}
