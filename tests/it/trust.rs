//! Accounts that can be trusted: sessions, mail, roles and bans over replicas, services and versions.

use std::{path::Path, process::Output, time::Duration};

use chrono::TimeDelta;
use folkmoot_common::{
    ServiceName, clock,
    config::{Settings, parse_args},
    db::{self, Migrations},
};
use folkmoot_tests::{
    app::{Answer, Backends, Member, PASSWORD, Site, Stores, TestApp, send},
    on_both_backends,
    process::executable,
    wait,
};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};
use tokio::process::Command;

/// The schema of the version before.
const BEFORE: Migrations = Migrations::new(&[(
    "0001_init",
    include_str!("../../services/identity/migrations/sqlite/0001_init.sql"),
    include_str!("../../services/identity/migrations/postgres/0001_init.sql"),
)]);
const NEW: &str = "another long password";
/// Within which every replica of every service refuses what was revoked.
const SOON: Duration = Duration::from_secs(5);

/// Two replicas of identity alone, on the same stores.
async fn replicas(backends: Backends, variables: &[(&str, &str)]) -> (Stores, [TestApp; 2]) {
    let stores = Stores::new(backends).await;
    let builder = TestApp::on(backends)
        .stores(&stores)
        .services(&[ServiceName::Identity]);
    let builder = variables
        .iter()
        .fold(builder, |builder, (name, value)| builder.set(name, value));
    let first = builder.clone().start().await;
    (stores, [first, builder.start().await])
}

async fn by(member: &Member, method: Method, path: &str, body: Option<Value>) -> Answer {
    let request = member.request(method, path);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    send(request).await
}

/// Every mail to `to` with `subject`, oldest first.
fn mails(stores: &Stores, to: &str, subject: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(stores.data_dir().join("mail")) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "eml"));
    paths.sort();
    let texts = paths.iter().flat_map(std::fs::read_to_string);
    let about = [format!("To: {to}\r\n"), format!("] {subject}\r\n")];
    texts
        .filter(|text| about.iter().all(|part| text.contains(part)))
        .collect()
}

/// The code of mail number `number` to `to` with `subject`, when it is there.
async fn code(stores: &Stores, to: &str, subject: &str, number: usize) -> String {
    let mail = wait::until("a mail", async || {
        mails(stores, to, subject).into_iter().nth(number)
    })
    .await;
    let code = mail
        .split("\r\n")
        .find_map(|line| line.strip_prefix("    "));
    code.expect("a code").to_owned()
}

async fn answers_soon(site: &Site, member: &Member, path: &str, status: u16) {
    let what = format!("{path} answers {status}");
    wait::until_within(SOON, &what, async || {
        let answer = member.at(site).get(path).await;
        (answer.status == status).then_some(())
    })
    .await;
}

/// Runs a statement on the tables of identity.
async fn on_tables(stores: &Stores, sql: &'static str) {
    match &stores.database {
        Some(url) => {
            let mut connection = PgConnection::connect(url).await.expect("a database");
            let use_schema = "create schema if not exists identity; set search_path to identity";
            connection.execute(use_schema).await.expect("the schema");
            connection.execute(sql).await.expect(sql);
        }
        None => {
            let file = stores.data_dir().join("identity.db");
            let url = format!("sqlite://{}?mode=rwc", file.display());
            let mut connection = SqliteConnection::connect(&url).await.expect("a file");
            connection.execute(sql).await.expect(sql);
        }
    }
}

async fn folkmoot(data_dir: &Path, database: Option<&String>, arguments: &[&str]) -> Output {
    let mut command = Command::new(executable());
    command
        .env_clear()
        .env("DATA_DIR", data_dir)
        .envs(database.map(|url| ("DATABASE_URL", url)))
        .args(arguments)
        .kill_on_drop(true);
    let output = wait::within("the command ends", command.output()).await;
    output.expect("the executable")
}

on_both_backends! {
    async fn what_ends_at_one_replica_ends_at_every_service(backends: Backends) {
        let stores = Stores::new(backends).await;
        let app = TestApp::on(backends).stores(&stores).start().await;
        let here = app.register("ann").await;
        let there = app.log_in("ann").await;
        let listed = here.get("/api/auth/sessions").await.expect(200);
        assert_eq!(listed.as_array().map(Vec::len), Some(2), "{listed}");
        let other = listed.as_array().and_then(|all| all.iter().find(|one| one["current"] == false));
        let path = format!("/api/auth/sessions/{}", other.expect("another")["id"].as_str().expect("an id"));
        by(&here, Method::DELETE, &path, None).await.expect(204);
        by(&here, Method::DELETE, &path, None).await.expect_problem(404, "session_not_found");
        answers_soon(&app, &there, "/api/chat/rooms", 401).await;
        here.get("/api/chat/rooms").await.expect(200);
        here.post_empty("/api/auth/logout-all").await.expect(200);
        answers_soon(&app, &here, "/api/chat/rooms", 401).await;
        let again = app.log_in("ann").await;
        again.get("/api/chat/rooms").await.expect(200);
        let page = again.get("/api/auth/sessions?limit=1").await;
        page.expect(200);
        assert_eq!(page.next_page(), None);
    }

    async fn a_password_is_reset_by_a_mail_of_whichever_replica(backends: Backends) {
        let (stores, replicas) = replicas(backends, &[("PUBLIC_URL", "https://forum.example.org")]).await;
        let ann = replicas[0].register("ann").await;
        for number in 0..10 {
            let body = json!({"email": "Ann@example.org"});
            replicas[number % 2].post("/api/auth/password/forgot", &body).await.expect(202);
        }
        let first = code(&stores, "ann@example.org", "Reset your password", 0).await;
        let newest = code(&stores, "ann@example.org", "Reset your password", 2).await;
        let reset = async |code: &str| {
            let body = json!({"email": "ann@example.org", "code": code, "password": NEW});
            replicas[1].post("/api/auth/password/reset", &body).await
        };
        reset(&first).await.expect_problem(400, "invalid_code");
        // Which of the three left last is for the replicas to decide.
        let others = [code(&stores, "ann@example.org", "Reset your password", 1).await, newest];
        let mut done = 0;
        for code in &others {
            done += usize::from(reset(code).await.status == 204);
        }
        assert_eq!(done, 1);
        answers_soon(&replicas[0], &ann, "/api/auth/me", 401).await;
        let body = json!({"identifier": "ann", "password": NEW});
        replicas[0].post("/api/auth/login", &body).await.expect(200);
        wait::until("its owner is told", async || {
            mails(&stores, "ann@example.org", "Your password was changed").into_iter().next()
        }).await;
        assert_eq!(mails(&stores, "ann@example.org", "Reset your password").len(), 3, "at most three an hour");
    }

    async fn an_account_waits_for_its_code_and_moves_by_another(backends: Backends) {
        let stores = Stores::new(backends).await;
        let app = TestApp::on(backends)
            .stores(&stores)
            .services(&[ServiceName::Identity])
            .set("EMAIL_VERIFICATION", "required")
            .start().await;
        let register = async |username: &str, email: &str| {
            let body = json!({"name": "Ann", "email": email, "username": username, "password": PASSWORD});
            app.post("/api/auth/signup", &body).await
        };
        let login = async |identifier: &str| {
            app.post("/api/auth/login", &json!({"identifier": identifier, "password": PASSWORD})).await
        };
        let unknown = register("ann", "ann@example.org").await;
        unknown.expect(202);
        login("ann").await.expect_problem(401, "invalid_credentials");
        login("ann@example.org").await.expect_problem(401, "invalid_credentials");
        code(&stores, "ann@example.org", "Verify your address", 0).await;
        let newest = code(&stores, "ann@example.org", "Verify your address", 1).await;
        app.post("/api/auth/email/verify", &json!({"code": newest})).await.expect(204);
        let session = login("ann").await.expect(200);
        assert_eq!(session["user"]["roles"], json!(["member", "admin"]));
        let known = register("eve", "ANN@example.org").await;
        assert_eq!((known.status, known.json()), (unknown.status, unknown.json()));
        wait::until("its owner is told", async || {
            mails(&stores, "ann@example.org", "You have an account").into_iter().next()
        }).await;

        let user = &session["user"];
        let ann = app.site().member(user["id"].as_str().expect("an id"), "ann", session["token"].as_str().expect("a token"));
        let body = json!({"email": "ann@example.com", "password": PASSWORD});
        ann.post("/api/auth/email/change", &body).await.expect(202);
        let moved = code(&stores, "ann@example.com", "Verify your new address", 0).await;
        app.post("/api/auth/email/verify", &json!({"code": moved})).await.expect(204);
        login("ann@example.com").await.expect(200);
        login("ann@example.org").await.expect_problem(401, "invalid_credentials");
        let body = json!({"password": PASSWORD, "new_password": NEW});
        ann.post("/api/auth/password/change", &body).await.expect(204);
        ann.get("/api/auth/me").await.expect(200);
    }

    async fn of_many_who_are_first_at_two_replicas_one_is_admin(backends: Backends) {
        let (_, replicas) = replicas(backends, &[]).await;
        let attempts = (0..12).map(|number| {
            let site = replicas[number % 2].site().clone();
            let body = json!({"email": format!("{number}@example.org"), "username": format!("user{number}"), "password": PASSWORD});
            async move { site.post("/api/auth/register", &body).await.expect(201) }
        });
        let made = join_all(attempts).await;
        let admins = made.iter().filter(|made| made["user"]["roles"] == json!(["member", "admin"]));
        assert_eq!(admins.count(), 1);
    }

    async fn roles_reach_every_service_and_somebody_stays_admin(backends: Backends) {
        let (_, replicas) = replicas(backends, &[]).await;
        let admin = replicas[0].admin().await;
        let bob = replicas[0].register("bob").await;
        let role = |member: &Member, role: &str| format!("/api/users/{}/roles/{role}", member.user_id);
        by(&bob, Method::PUT, &role(&bob, "admin"), None).await.expect_problem(403, "forbidden");
        admin.post("/api/users/roles", &json!({"name": "staff"})).await.expect(201);
        admin.post("/api/users/roles", &json!({"name": "staff"})).await.expect_problem(409, "role_exists");
        let granted = by(&admin, Method::PUT, &role(&bob, "staff"), None).await.expect(200);
        assert_eq!(granted["roles"], json!(["member", "staff"]));
        answers_soon(&replicas[1], &bob, "/api/auth/validate", 401).await;
        let bob = replicas[1].log_in("bob").await;
        let validated = bob.get("/api/auth/validate").await;
        validated.expect(200);
        assert_eq!(validated.header("x-roles"), Some("member,staff"));
        by(&admin, Method::DELETE, &role(&admin, "admin"), None).await.expect_problem(409, "last_admin");
        by(&admin, Method::PUT, &role(&bob, "admin"), None).await.expect(200);
        let roles = admin.get("/api/users/roles").await.expect(200);
        assert_eq!(roles.as_array().map(Vec::len), Some(4));
        let bob = replicas[1].log_in("bob").await;
        let (of_bob, of_admin) = (role(&bob, "admin"), role(&admin, "admin"));
        let (from_admin, from_bob) = tokio::join!(
            by(&admin, Method::DELETE, &of_bob, None),
            by(&bob, Method::DELETE, &of_admin, None),
        );
        let done = [&from_admin, &from_bob].into_iter().filter(|answer| answer.status == 200);
        assert_eq!(done.count(), 1, "{from_admin:?} {from_bob:?}");
        let left = replicas[0].post("/api/auth/login", &json!({"identifier": "bob", "password": PASSWORD})).await;
        left.expect(200);
    }

    async fn who_is_banned_is_out_everywhere_until_it_ends(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let admin = app.admin().await;
        let [bob, cat] = [app.register("bob").await, app.register("cat").await];
        let path = |member: &Member| format!("/api/users/{}/ban", member.user_id);
        let until = clock::system().now() + TimeDelta::days(1);
        let body = json!({"reason": "Spam", "until": until});
        by(&bob, Method::POST, &path(&cat), Some(body.clone())).await.expect_problem(403, "forbidden");
        by(&admin, Method::POST, &path(&bob), Some(body)).await.expect(200);
        by(&admin, Method::POST, &path(&cat), Some(json!({"reason": "Also"}))).await.expect(200);
        answers_soon(&app, &bob, "/api/chat/rooms", 403).await;
        answers_soon(&app, &bob, "/api/auth/validate", 403).await;
        let login = json!({"identifier": "bob", "password": PASSWORD});
        let refused = app.post("/api/auth/login", &login).await;
        assert_eq!(refused.expect_problem(403, "banned")["reason"], "Spam");
        let first = admin.get("/api/users/banned?limit=1").await;
        assert_eq!(first.expect(200)[0]["username"], "cat");
        let next = format!("/api/users/banned{}", first.next_page().expect("a next page"));
        let second = admin.get(&next).await;
        assert_eq!(second.expect(200)[0]["username"], "bob");
        assert_eq!(second.next_page(), None);
        by(&admin, Method::DELETE, &path(&bob), None).await.expect(204);
        by(&admin, Method::DELETE, &path(&bob), None).await.expect_problem(404, "not_banned");
        let bob = app.log_in("bob").await;
        answers_soon(&app, &bob, "/api/chat/rooms", 200).await;
    }

    async fn roles_are_granted_from_the_shell_beside_a_running_platform(backends: Backends) {
        let stores = Stores::new(backends).await;
        let app = TestApp::on(backends).stores(&stores).services(&[ServiceName::Identity]).start().await;
        let bob = app.register("bob").await;
        let admin = async |arguments: &[&str]| {
            let arguments = [&["admin"], arguments].concat();
            folkmoot(stores.data_dir(), stores.database.as_ref(), &arguments).await
        };
        let granted = admin(&["grant", "bob", "admin"]).await;
        assert!(granted.status.success(), "{granted:?}");
        assert_eq!(String::from_utf8_lossy(&granted.stdout).trim(), "bob member,admin");
        answers_soon(&app, &bob, "/api/auth/validate", 401).await;
        let now = app.log_in("bob").await.get("/api/auth/me").await.expect(200);
        assert_eq!(now["roles"], json!(["member", "admin"]));
        let listed = admin(&["list"]).await;
        assert_eq!(String::from_utf8_lossy(&listed.stdout).trim(), "bob member,admin\nfirst member,admin");
        for (arguments, said) in [
            (["grant", "nobody", "admin"], "no account"),
            (["grant", "bob", "nothing"], "no role"),
            (["revoke", "bob", "member"], "every account is a member"),
        ] {
            let refused = admin(&arguments).await;
            assert!(!refused.status.success());
            let told = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert!(told.contains(said), "{told}");
        }
        assert!(admin(&["revoke", "first", "admin"]).await.status.success());
        assert!(!admin(&["revoke", "bob", "admin"]).await.status.success());
    }

    // The version before knows neither the new tables nor the new columns, and may write beside this one.
    async fn accounts_of_the_version_before_are_members_and_stay(backends: Backends) {
        let stores = Stores::new(backends).await;
        let data_dir = stores.data_dir().to_str().expect("a path").to_owned();
        let database = stores.database.clone();
        let flags = match &database {
            Some(url) => vec!["--data-dir", &data_dir, "--database-url", url],
            None => vec!["--data-dir", &data_dir],
        };
        let settings: Settings = parse_args(&flags).expect("settings");
        let until = tokio::time::Instant::now() + wait::LIMIT;
        db::migrate(&settings, ServiceName::Identity, BEFORE, until).await.expect("the schema of before");
        on_tables(&stores, match backends {
            Backends::Real => "insert into users values ('01900000-0000-7000-8000-000000000001', 'Old', 'old', 'old@example.org', 'old@example.org', 'x', 'member', '2026-01-01T00:00:00Z')",
            Backends::Embedded => "insert into users values (x'01900000000070008000000000000001', 'Old', 'old', 'old@example.org', 'old@example.org', 'x', 'member', '2026-01-01T00:00:00+00:00')",
        }).await;
        let app = TestApp::on(backends).stores(&stores).services(&[ServiceName::Identity]).start().await;
        let body = json!({"email": "new@example.org", "username": "new", "password": PASSWORD});
        let new = app.post("/api/auth/register", &body).await.expect(201);
        assert_eq!(new["user"]["roles"], json!(["member"]), "somebody was there before");

        on_tables(&stores, match backends {
            Backends::Real => "insert into users (id, username, username_key, email, email_key, password_hash, roles, created_at) \
                select '01900000-0000-7000-8000-000000000002', 'Beside', 'beside', 'b@example.org', 'b@example.org', password_hash, 'member', created_at from users where username_key = 'new'",
            Backends::Embedded => "insert into users (id, username, username_key, email, email_key, password_hash, roles, created_at) \
                select x'01900000000070008000000000000002', 'Beside', 'beside', 'b@example.org', 'b@example.org', password_hash, 'member', created_at from users where username_key = 'new'",
        }).await;
        app.log_in("beside").await.get("/api/auth/validate").await.expect(200);
        for name in ["old", "beside"] {
            let arguments = ["admin", "grant", name, "admin"];
            let granted = folkmoot(stores.data_dir(), stores.database.as_ref(), &arguments).await;
            assert!(granted.status.success(), "{granted:?}");
        }
        let arguments = ["admin", "list"];
        let listed = folkmoot(stores.data_dir(), stores.database.as_ref(), &arguments).await;
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        assert_eq!(listed.trim(), "Beside member,admin\nOld member,admin");
    }
}
