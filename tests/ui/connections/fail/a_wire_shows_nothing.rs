//! What a statement is written to hides the connection even from who implements the trait.


fn take<'c>(wire: tenant_db::query::Wire<'c>) -> &'c diesel_async::AsyncPgConnection {
    wire.0
}

fn main() {}
