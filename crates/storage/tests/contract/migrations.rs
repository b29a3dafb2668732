//! Databases of older versions.

use std::path::Path;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{AssertSqlSafe, SqlSafeStr};
use storage::{Database, Inbox, Schema, query};
use wire::UnixMs;

/// SHA-384 of the migrations as installations applied them when each service's had all of its own.
const EVENTS: &str = "AF4F69858647A6E8562B3E44B25C08351B52BC8D48D1E2475FAB8D0C0F8EC406DD4609384E8CB1DC11180485275FE194";
const SIGNALING: [&str; 3] = [
    EVENTS,
    "06F7B403506FD3BD7756E6553E1DC4CD3D7A390FC43A3AFA770ACA64CB2056C3D3AD2F0D9FB9BECFDC8115994DE42C04",
    "36E2CE31A4E0122A77C479B4560EC3065EE67D6B97CEA138B3716D8F0556F0B52B41F2A3B94E209C6DB8D73C6E0BDBC1",
];
const CHAT: [&str; 11] = [
    EVENTS,
    "DB7090B5357F10829CA727EFFCA3AAE37D8CE8C81AA1BAA2A40FA67D0B3F5CDECA1FB68B1E78D15A9EEDB83E1083C512",
    "15300BA5E9265D2A0DA7E59C7984EE7BD2C6369729DF93DB884F0DDCBA8112868E28FE06051E201A39200B9E04702D05",
    "F22FBFA0AB94921018E2651DF33B4294CF5BDF3C5D1ADE228F0A4AFBA208606EC62BB56E449B9112C2EA78538F20B049",
    "6C6F320BCA7B7CFF1C2EC59DF112064FD277C2D63808FCAFCB037A113EB3A7B551133903E9034C53DC1F3FC919DD6E65",
    "51D845AC18271D7674327890CFAC3ACA83CF54AD0FAD46A6A6249E0ABEA12E40374A316C1C2C24C6DDFA51E672C3A361",
    "F9579928FDF121A4C63ECEE94A5369341C44394E2710FF0B54BEFED041D4AB41E81E1A971198806253F02630F4FC5F1B",
    "8DC93E3D874F0EA7514A30C0431A24B799E26542164B75E010E2A8EE5B227F67FAB5B1CA94D7E4DF74AEAFA2DA43AE41",
    "10CC3F52478922BE39E14448AAD879AD65817CA5987F9379634E88A225F519C2FB9F2E3AE4545A3FAB05EA4234FAD770",
    "B8CBAC558B3C7D3CFD013A15F72EE228D50EDDB880EDF109A7307505132006363F116F6BBAC8DF923D9EE44A709B742E",
    "29A2EE5C0817C906DB38C5AE973AECAA923CA92A53D2FAF4EC4DCAF475AE40EF5C7C6E57D3A51E7CD644635F52EAE400",
];
const SCHEDULER: &[&str] = &[
    EVENTS,
    "BEF81543BE88D0388FB27CF5182AD2023DBFE0F33E14ECF615E2DD519DE5C4F8D72A8E48D3C140109F506382E49E6FC4",
    "368734D3181CFBCE8A6D6957A34846741511E26633EED486B31811A17E447A62C3FF212F1811701CB0C149720425018D",
    "C9EBA100378BA7809E22C9A23E9A58FE46F58BCE8EEF966B7350215E2B5BBE960DE2729F5F3339FB56EC946EC6903335",
    "E559E81EB8BB4DC64F74F15FFA0EDFAAD36E6245B043A8F24CF370C4521FFA083AC862C7D110BFA6408FE493E9B6971D",
    "E4F921AF830DC095634D3E4470E2396B615EE7CF361F1CE45A4CF6E2ED1C9532B5921B1CF86600219DD8E5409AE7E473",
    "13C157EE49756B3FBDEE53F14C2480311D30D20FBA156554DE354B2BFDA3455F755CF4BF218E98F094651A213E63BE14",
    "4CB2F44FD25CCB9CB5C80E779625C02855A0CF288A4447B6BEF43D9352CDB7DEA6C70C4EAD48326340115A2BF244F54D",
    "3FE128489CB8819ABE4B7D13646CB1E2A735D54F68A77ACF780EBE5CD4B4D64D3791C699311D52B4E9D497C117331C8C",
    "4617858C8854E1D1242864D89EF76B23BDEB318AB35BB3F19A39D1DCD22D3144319BC3FBD5284F8D0DE547858ADF6D38",
    "88D4A283972E4CDB3885A87944C1C79B297BCC23D27D383480E2AA1E49F7BF24258C390B9F9B894E5E433B50ADFB1297",
    "2E94A34C70E23D29D749A957802C8E4FF809FBFF5A612FFCF706ADDE7D4958A69E7542A285D990AB7BE296ED182E3A51",
    "440E9B71ED9C510629086BCDDE63931B874C48C3BBEB0526A38FA211364721009723378729EC6DF8AF9227109C178713",
    "B8203671BC3BED759EE63480DBF1624465DD08DCF4C8DB37807EA6919F796FD6DA347435C7F8F038BEB1BF7B21C0D705",
    "8E38BD4F477F27347140DABF0E78DAD1E84A825F640C71189159338898C2675D2CD531344A2DC03CB88B739141D2943B",
    "16F6F61B9249B1C14F2AA498FEE57BE828AE7397D4B13055B211986C14B68ED5536727E56B25D09A0C837DF6791A3308",
    "4B042407E816F10C978F3BD1352B28A84D948B6EC91534DEEB3667D1F07F3DC44EC3BB7F388712D644C548E7612B0B5B",
    "C02A892631D45D494D42A071C6BFF59E5247D6EF4BE75706511F6F2283E39B14438B0F8B83DFED83152A5F28E8161B95",
    "DADABDE2E880BEF11C0C94B080D5F243043857D9DE36279B55C742375F75DF53D5F05720010CC7749800A65BC1F163D0",
    "8C9BE1F7639F39B3096EEB18C3BA42F7F474321295608D51AB4A498879A4699D5F2E868768102E21122AB8DF1EBB15A0",
    "998D0240035CFFB3A7A2593CDE2B3634E70526FF69F24F4D760CCAE61FF6B78BA42E34D71CE59F300815AF474650C90E",
];
/// The relay had none before its first.
const TURN: [&str; 2] = [
    EVENTS,
    "06E22825BDBF6217A0828A76AAACDA72C82379244579BDAA8E0078E17B4AA11D091A6951DA9028CF155D9B1556D686FB",
];

async fn raw(path: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(path);
    SqlitePool::connect_with(options.create_if_missing(true))
        .await
        .unwrap()
}

#[tokio::test]
async fn edg_64_migrations_have_the_checksums_that_they_were_applied_with() {
    let schemas = [
        (Schema::signaling(), SIGNALING.as_slice()),
        (Schema::chat(), CHAT.as_slice()),
        (Schema::scheduler(), SCHEDULER),
        (Schema::turn(), TURN.as_slice()),
    ];
    for (schema, expected) in schemas {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.db");
        Database::open_file(&path, schema)
            .await
            .unwrap()
            .close()
            .await;
        let pool = raw(&path).await;
        let found: Vec<(i64, String)> =
            sqlx::query_as("SELECT version, hex(checksum) FROM _sqlx_migrations ORDER BY version")
                .fetch_all(&pool)
                .await
                .unwrap();
        let (own, events): (Vec<_>, Vec<_>) =
            found.iter().partition(|(version, _)| *version < 1001);
        let checksums: Vec<_> = own.iter().map(|(_, sum)| sum.as_str()).collect();
        assert_eq!(checksums, expected, "{own:?}");
        let versions: Vec<_> = events.iter().map(|(version, _)| *version).collect();
        assert_eq!(versions, [1001, 1002]);
        pool.close().await;
    }
}

#[tokio::test]
async fn edg_64_a_database_of_the_version_before_nodes_opens_with_its_watermarks() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("scheduler.db");
    let pool = raw(&path).await;
    old_scheduler().run(&pool).await.unwrap();
    sqlx::query(
        "INSERT INTO inbox_source (source, complete_to) VALUES ('signaling', 5), ('chat', 7)",
    )
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;

    let database = Database::open_file(&path, Schema::scheduler())
        .await
        .unwrap();
    let mut connection = database.read().await.unwrap();
    let told = Inbox::source_watermark(&mut connection, "signaling")
        .await
        .unwrap();
    assert_eq!(told, Some(UnixMs(5)));
    let (rows,): (i64,) = query("SELECT count(*) FROM inbox_watermark WHERE node = ''")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(rows, 2);
}

/// The scheduler's migrations as they lay in one folder.
fn old_scheduler() -> Migrator {
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let files = [
        "events/sqlite/0001_events.sql",
        "scheduler/sqlite/0002_sessions.sql",
        "scheduler/sqlite/0003_operators_and_timeline.sql",
    ];
    let migration = |(version, file): (i64, &'static str)| {
        let sql = std::fs::read_to_string(migrations.join(file)).unwrap();
        let sql = AssertSqlSafe(sql).into_sql_str();
        Migration::new(version, file.into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations((1..).zip(files).map(migration).collect())
}
