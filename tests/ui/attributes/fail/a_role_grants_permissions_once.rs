//! A role lists permissions, each of them once.

use tenant_db::prelude::*;

#[derive(Permission)]
#[permission("clients:read")]
struct ReadClients;

#[derive(Permission)]
#[permission("clients:write")]
struct WriteClients;

struct Other;

#[derive(Role)]
#[role("manager", grants(ReadClients, WriteClients, ReadClients), grant(WriteClients))]
struct Manager;

#[derive(Role)]
#[role("viewer", grants = ReadClients)]
struct Viewer;

#[derive(Role)]
#[role("guest", grants(Other))]
struct Guest;

fn main() {}
