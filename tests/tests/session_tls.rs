//! What `sslmode` promises about a connection: whether it is encrypted, and who may be at its other end.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tenant_db::database::DatabaseConfig;
use tenant_db::testing::{DatabaseSetup, Postgres, ServerSource, TestDatabase};
use tenant_db::{
    AnyRole, Error, Identity, Repositories, SslMode, TenantContext, TenantDb, TenantDbBuilder, danger,
};
use tenant_db_tests::models::{Customer, Manager, SCHEMA};
use tokio::sync::OnceCell;

/// The names in the server's certificate. A certificate may name addresses as well.
const NAMES: [&str; 2] = ["db.test", "127.0.0.1"];
const PASSWORD: &str = "secret";

/// A server on a port, with a database.
struct Server {
    postgres: Postgres,
    database: TestDatabase,
    config: DatabaseConfig,
    /// The authority that issued the server's certificate, in PEM; none where the server has no TLS.
    authority: Option<String>,
}

impl Server {
    /// One that offers TLS, for all tests of this file. None where the server's programs were built without.
    async fn with_tls() -> Option<&'static Self> {
        static SERVER: OnceCell<Option<Server>> = OnceCell::const_new();
        SERVER.get_or_init(async || Self::start().await.offer_tls().await).await.as_ref()
    }

    async fn start() -> Self {
        let postgres = Postgres::builder().tcp().start().await.unwrap();
        let config = DatabaseConfig::default().with_role_prefix("tdb_test").unwrap();
        let setup = DatabaseSetup::new().statement(SCHEMA).isolation(&config).unwrap();
        let database = postgres.create_database(&setup).await.unwrap();
        let role = config.runtime_role();
        database.execute(&format!("ALTER ROLE {role} PASSWORD '{PASSWORD}'")).await.unwrap();
        Self { postgres, database, config, authority: None }
    }

    async fn offer_tls(mut self) -> Option<Self> {
        let (authority, issuer) = authority();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(NAMES.map(str::to_owned)).unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap();
        for (file, pem) in [("server.crt", certificate.pem()), ("server.key", key.serialize_pem())] {
            // The server writes them itself, so that they are its own, as it demands.
            let lines = format!("SELECT regexp_split_to_table('{pem}', E'\\n')");
            let sql = format!("COPY ({lines}) TO PROGRAM 'umask 077 && cat > {file}'");
            self.database.execute(&sql).await.unwrap();
        }
        if let Err(error) = self.database.execute("ALTER SYSTEM SET ssl = on").await {
            assert_eq!(*self.postgres.source(), ServerSource::Embedded, "{error}");
            eprintln!("skipped: the embedded server was built without TLS");
            return None;
        }
        self.postgres.restart().await.unwrap();
        self.authority = Some(authority);
        Some(self)
    }

    /// A URL of the runtime role for `host`, which need not be a name that anybody else knows.
    fn url(&self, host: &str, parameters: &str) -> String {
        let port = self.postgres.tcp_port().unwrap();
        let (role, database) = (self.config.runtime_role(), self.database.name());
        let address = if host == "127.0.0.1" { "" } else { "hostaddr=127.0.0.1&" };
        format!("postgresql://{role}:{PASSWORD}@{host}:{port}/{database}?{address}{parameters}")
    }

    fn builder(&self, host: &str, parameters: &str) -> TenantDbBuilder {
        TenantDb::builder(self.url(host, parameters)).database(self.config.clone()).pool_size(1)
    }

    fn authority(&self) -> &str {
        self.authority.as_deref().unwrap()
    }

    /// The authority's certificate in a file, with which nobody else interferes.
    fn authority_file(&self) -> PathBuf {
        let path = std::env::temp_dir().join(format!("{}.pem", tenant_db::testing::unique_name("tdb_ca")));
        std::fs::write(&path, self.authority()).unwrap();
        path
    }

    /// Whether every session of `db` is encrypted, as the server sees it.
    async fn is_encrypted(&self, builder: TenantDbBuilder) -> bool {
        let name = tenant_db::testing::unique_name("tls");
        let db = builder.application_name(&name).connect().await.unwrap();
        db.scoped::<Customer>(&manager()).count().await.unwrap();
        let sql = format!(
            "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = '{name}'"
        );
        let sessions = self.database.query_text(&sql).await.unwrap();
        assert!(!sessions.is_empty());
        sessions.iter().all(|session| session[0].as_deref() == Some("t"))
    }
}

/// A certificate authority of one's own: its certificate in PEM, and what signs with it.
fn authority() -> (String, Issuer<'static, KeyPair>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "an authority for tests");
    let certificate = params.self_signed(&key).unwrap().pem();
    (certificate, Issuer::new(params, key))
}

fn manager() -> TenantContext<Manager> {
    let identity = Identity::new(uuid::Uuid::now_v7(), "test").with_role("manager");
    let context: TenantContext<AnyRole> = danger::context("a test has no users", identity).unwrap();
    context.as_role().unwrap()
}

/// Why nobody can connect like this.
async fn refused(builder: TenantDbBuilder) -> String {
    match builder.connect().await {
        Err(Error::Connect { reason, .. }) => {
            assert!(!reason.contains(PASSWORD), "{reason}");
            reason
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn verify_full_takes_the_right_authority_and_the_right_name() {
    let Some(server) = Server::with_tls().await else { return };
    let authority = server.authority_file();
    for host in NAMES {
        let parameters = format!("sslmode=verify-full&sslrootcert={}", authority.display());
        assert!(server.is_encrypted(server.builder(host, &parameters)).await, "{host}");
        let builder = server.builder(host, "").ssl_mode(SslMode::VerifyFull);
        assert!(server.is_encrypted(builder.root_certificate(&authority)).await, "{host}");
    }
    std::fs::remove_file(authority).unwrap();
}

#[tokio::test]
async fn another_authority_is_refused_by_every_mode_that_was_given_one() {
    let Some(server) = Server::with_tls().await else { return };
    let (other, _) = authority();
    for mode in [SslMode::VerifyFull, SslMode::VerifyCa, SslMode::Require] {
        let builder = server.builder("db.test", "").ssl_mode(mode).root_certificate_pem(other.clone());
        let reason = refused(builder).await;
        assert!(reason.contains("UnknownIssuer") || reason.contains("BadSignature"), "{mode:?}: {reason}");
    }
}

#[tokio::test]
async fn the_systems_authorities_do_not_know_the_server() {
    let Some(server) = Server::with_tls().await else { return };
    for parameters in ["sslmode=verify-full", "sslrootcert=system"] {
        match server.builder("db.test", parameters).connect().await {
            Err(Error::Connect { reason, .. }) => assert!(reason.contains("`sslrootcert`"), "{reason}"),
            // A machine without any.
            Err(Error::InvalidConfiguration { reason, .. }) => {
                assert!(reason.contains("no root certificates"), "{reason}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn another_name_is_refused_by_verify_full_and_taken_by_verify_ca() {
    let Some(server) = Server::with_tls().await else { return };
    for host in ["other.test", "localhost"] {
        let builder = || server.builder(host, "").root_certificate_pem(server.authority());
        let reason = refused(builder().ssl_mode(SslMode::VerifyFull)).await;
        assert!(reason.contains("not valid for name"), "{reason}");
        assert!(server.is_encrypted(builder().ssl_mode(SslMode::VerifyCa)).await);
    }
}

#[tokio::test]
async fn require_and_prefer_encrypt_without_an_authority() {
    let Some(server) = Server::with_tls().await else { return };
    // A container's name can hold an underscore, and no certificate can.
    for host in ["127.0.0.1", "other.test", "my_db"] {
        assert!(server.is_encrypted(server.builder(host, "sslmode=require")).await, "{host}");
        assert!(server.is_encrypted(server.builder(host, "sslmode=prefer")).await, "{host}");
        assert!(server.is_encrypted(server.builder(host, "")).await, "{host}");
    }
}

#[tokio::test]
async fn disable_does_not_encrypt() {
    let Some(server) = Server::with_tls().await else { return };
    assert!(!server.is_encrypted(server.builder("127.0.0.1", "sslmode=disable")).await);
    let builder = server.builder("127.0.0.1", "sslmode=require");
    assert!(!server.is_encrypted(builder.ssl_mode(SslMode::Disable)).await, "what the program says wins");
}

#[tokio::test]
async fn a_root_certificate_is_not_given_for_nothing() {
    let Some(server) = Server::with_tls().await else { return };
    let authority = server.authority().to_owned();
    let builder = server.builder("db.test", "").root_certificate_pem(authority.clone());
    assert!(server.is_encrypted(builder).await, "the strictest mode, unless another one is asked for");
    let reason = refused(server.builder("127.0.0.2", "").root_certificate_pem(authority.clone())).await;
    assert!(!reason.is_empty(), "another name");
    for weak in ["sslmode=disable", "sslmode=prefer"] {
        let outcome = server.builder("db.test", weak).root_certificate_pem(authority.clone()).connect().await;
        let Err(Error::InvalidConfiguration { reason, .. }) = outcome else { panic!("{outcome:?}") };
        assert!(reason.contains("verify-full"), "{reason}");
    }
}

#[tokio::test]
async fn the_password_is_tied_to_the_encrypted_connection() {
    let Some(server) = Server::with_tls().await else { return };
    assert!(server.is_encrypted(server.builder("db.test", "channel_binding=require")).await);
    let reason = refused(server.builder("db.test", "sslmode=disable&channel_binding=require")).await;
    assert!(reason.contains("channel binding"), "{reason}");
}

#[tokio::test]
async fn only_weak_modes_connect_to_a_server_without_tls() {
    let server = Server::start().await;
    for parameters in ["", "sslmode=prefer", "sslmode=disable"] {
        assert!(!server.is_encrypted(server.builder("127.0.0.1", parameters)).await, "{parameters}");
    }
    let (authority, _) = authority();
    for mode in [SslMode::Require, SslMode::VerifyCa, SslMode::VerifyFull] {
        let builder = server.builder("127.0.0.1", "").root_certificate_pem(authority.clone()).ssl_mode(mode);
        let reason = refused(builder).await;
        assert!(reason.contains("does not offer TLS"), "{mode:?}: {reason}");
    }
}

#[tokio::test]
async fn local_sockets_are_never_encrypted() {
    let server = Server::start().await;
    let url = server.database.url(server.config.runtime_role());
    for mode in [SslMode::Require, SslMode::Prefer] {
        let builder = TenantDb::builder(&url).database(server.config.clone()).ssl_mode(mode);
        assert!(!server.is_encrypted(builder).await, "{mode:?}");
    }
}

#[tokio::test]
async fn root_certificates_that_cannot_be_read_are_refused_before_anything_is_sent() {
    let cases = [
        ("postgresql://u@127.0.0.1:1/d?sslmode=verify-ca", "`sslrootcert=<file>`"),
        ("postgresql://u@127.0.0.1:1/d?sslrootcert=system&sslmode=require", "verify-full"),
        ("postgresql://u@127.0.0.1:1/d?sslrootcert=%2Fno%2Fsuch%2Fca.pem", "/no/such/ca.pem cannot be read"),
        ("postgresql://u@127.0.0.1:1/d?sslmode=allow", "`sslmode` is none of"),
        ("postgresql://u@127.0.0.1:1/d?sslnegotiation=direct", "`sslmode=require`"),
    ];
    for (url, told) in cases {
        let answer = TenantDb::connect(url).await;
        let Err(Error::InvalidConfiguration { reason, .. }) = &answer else { panic!("{url}: {answer:?}") };
        assert!(reason.contains(told), "{url}: {reason}");
    }
    let answer =
        TenantDb::builder("postgresql://u@h/d").root_certificate_pem("no certificate").connect().await;
    assert!(matches!(answer, Err(Error::InvalidConfiguration { .. })), "{answer:?}");
}

#[tokio::test]
async fn what_is_dropped_is_cancelled_over_tls() {
    let Some(server) = Server::with_tls().await else { return };
    let name = tenant_db::testing::unique_name("dropped");
    let builder = server.builder("db.test", "").ssl_mode(SslMode::VerifyFull);
    // The server would not look by itself whether somebody still waits.
    let builder = builder.client_connection_check_interval(None).application_name(&name);
    let db = builder.root_certificate_pem(server.authority()).connect().await.unwrap();
    let context = manager();
    let tx = db.begin(&context).await.unwrap();
    let sleep = danger::sql(&tx, "a test", "SELECT pg_sleep(60)").execute();
    assert!(tokio::time::timeout(Duration::from_millis(200), sleep).await.is_err(), "it sleeps");
    drop(tx);
    let begun = Instant::now();
    assert_eq!(
        db.scoped::<Customer>(&context).count().await.unwrap(),
        0,
        "the only connection is free again"
    );
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(db.pool_state().recovered, 1, "it is the same connection");
    let asleep = format!(
        "SELECT pid FROM pg_stat_activity WHERE application_name = '{name}' AND query LIKE '%pg_sleep%' \
         AND state = 'active'"
    );
    assert!(server.database.query_text(&asleep).await.unwrap().is_empty());
}
