using Batch.Jobs.Proof;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Proof;

/// <summary>Every record that all areas share, tampered with behind the program's back: verification names its table and row.</summary>
public sealed class LogSealTests
{
    // What is no record: progress and pieces of work, what the program is set up with, what areas seal themselves, and the seals.
    private static readonly string[] NotSealed =
    [
        "job", "job_file", "schedule_fire", "api_key_used", "protection_key", "migration", "program_login", "write_check", "log_seal", "log_verified", "run_area", "policy_change", "policy_approval", "policy_slice", "session", "session_end",
    ];

    private WholeLine line = null!;

    [OneTimeSetUp]
    public async Task SealAsync()
    {
        line = await WholeLine.CreateAsync();
        await line.TamperAsync(
            """
            INSERT INTO batch.audit (at, who, area, act, subject) SELECT now() - interval '1 day' + n * interval '1 minute', 'wang', CASE WHEN n % 2 = 0 THEN '420100' END, 'act', n::text FROM generate_series(1, 5) n;
            INSERT INTO batch.sign_in (name, outcome, at) SELECT 'wang', 'good', now() - interval '1 hour' FROM generate_series(1, 5) n;
            INSERT INTO batch.user_change (name, roles, password_hash, one_time, what, by, at) SELECT 'wang' || n, '{operator}', 'x', false, 'added', 'li', now() - interval '1 hour' FROM generate_series(1, 5) n;
            INSERT INTO batch.inquiry (at, who, channel, area, person_id, what) SELECT now() - interval '1 hour', 'counter', 'counter', '420100', n, 'balance' FROM generate_series(1, 5) n;
            INSERT INTO batch.job (kind, area, argument, asked_by) SELECT 'verify', '420100', n::text, 'wang' FROM generate_series(1, 5) n;
            INSERT INTO batch.job_event (job_id, at, act, who) SELECT n, now() - interval '1 hour', 'asked', 'wang' FROM generate_series(1, 5) n;
            INSERT INTO batch.schedule_change (area, work, cron, missed, enabled, proposed_by, proposed_at) SELECT '420100', 'verify', '0 3 * * *', 'skip', true, 'wang', now() - interval '1 hour' FROM generate_series(1, 5) n;
            INSERT INTO batch.schedule_approval (change_id, approved_by, approved_at) SELECT n, 'li', now() - interval '1 hour' FROM generate_series(1, 5) n;
            INSERT INTO batch.schedule_change (area, work, cron, missed, enabled, proposed_by, proposed_at) SELECT '420100', 'verify', '0 4 * * *', 'skip', true, 'wang', now() - interval '1 hour' FROM generate_series(6, 10) n;
            INSERT INTO batch.proposal_act (kind, subject, area, act, who, at) SELECT 'schedule', n::text, '420100', 'withdraw', 'wang', now() - interval '1 hour' FROM generate_series(6, 10) n;
            INSERT INTO batch.alarm (at, code, zh, en) SELECT now() - interval '1 hour', 'X', 'x', 'x' FROM generate_series(1, 5) n;
            INSERT INTO batch.alarm_seen (alarm_id, by, at) SELECT n, 'li', now() - interval '1 hour' FROM generate_series(1, 5) n;
            INSERT INTO batch.api_key (key_id, name, hash, scopes, by, at) SELECT 'aaaaaaa' || chr(96 + n), 'key' || n, 'x', '{}', 'li', now() - interval '1 hour' FROM generate_series(1, 5) n;
            INSERT INTO batch.api_key_revoked (key_id, by, at) SELECT 'aaaaaaa' || chr(96 + n), 'li', now() - interval '1 hour' FROM generate_series(1, 5) n;
            INSERT INTO batch.area (code, schema_name) VALUES ('420100', 'area_420100'), ('370100', 'area_370100'), ('110000', 'area_110000');
            """);
        await line.AssertCleanAsync(all: false, "sealed");
        await line.AssertCleanAsync(all: true, "from the beginning");
    }

    [OneTimeTearDown]
    public async Task DropAsync()
    {
        if (line is not null)
        {
            await line.DisposeAsync();
        }
    }

    [Test]
    public async Task Every_row_of_every_log_is_sealed()
    {
        foreach (SealedLog log in Logs)
        {
            Assert.That(
                await line.Database.ScalarAsync<bool>($"SELECT (SELECT count(*) FROM batch.{log.Name}) = (SELECT sum(cardinality(keys)) FROM batch.log_seal WHERE log = '{log.Name}') AND (SELECT count(*) FROM batch.{log.Name}) > 0"),
                Is.True, log.Name);
        }
    }

    [Test]
    public async Task A_table_of_the_common_schema_is_sealed_or_is_no_record()
    {
        List<string> tables = await ReadAsync("SELECT relname::text FROM pg_class WHERE relnamespace = 'batch'::regnamespace AND relkind IN ('r', 'p') AND relname NOT LIKE 'zz%' ORDER BY 1");
        Assert.That(tables.Except(NotSealed).Except(Logs.Select(l => l.Name)), Is.Empty);
    }

    [Test]
    public async Task The_logs_of_this_test_are_those_that_are_sealed() => Assert.That(
        await ReadAsync("SELECT log || ' ' || key || ' ' || ordered FROM batch.sealed_log"), Is.EquivalentTo(Logs.Select(l => $"{l.Name} {l.Key} {(l.Ordered ? "true" : "false")}")));

    [Test]
    public async Task A_changed_a_removed_and_an_added_row_is_named_by_table_and_number([ValueSource(nameof(Names))] string name)
    {
        SealedLog log = Logs.Single(l => l.Name == name);
        await using WholeLine copy = await line.CopyAsync();
        List<string> columns = await ReadAsync($"SELECT attname::text FROM pg_attribute WHERE attrelid = 'batch.{name}'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> '{log.Key}' ORDER BY attnum");
        string row = await line.Database.ScalarAsync<string>($"SELECT {log.Key}::text FROM batch.{name} ORDER BY {log.Key} LIMIT 1");
        await copy.TamperAsync(
            $$"""
            DO $do$ DECLARE c record; BEGIN
                FOR c IN SELECT conrelid::regclass AS owner, conname FROM pg_constraint WHERE connamespace = 'batch'::regnamespace AND contype IN ('f', 'c', 'u') LOOP
                    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.owner, c.conname);
                END LOOP;
            END $do$;
            ALTER TABLE batch.{{name}} DISABLE TRIGGER USER;
            CREATE TABLE batch.zz_saved AS SELECT * FROM batch.{{name}};
            """);
        List<string> tampers = [.. columns.Select(c => $"UPDATE batch.{name} SET {c} = (SELECT CASE WHEN {c} IS NULL THEN NULLIF(r.{c}, r.{c}) ELSE r.{c} END FROM (SELECT (jsonb_populate_record(NULL::batch.{name}, jsonb_build_object('{c}', {Other(c)}))).*) r) WHERE {log.Key}::text = '{row}'")];
        tampers.Add($"DELETE FROM batch.{name} WHERE {log.Key}::text = '{row}'");
        int named = 0;
        foreach (string tamper in tampers)
        {
            await copy.TamperAsync(tamper);
            VerificationCheck chain = (await copy.VerifyAsync(all: true)).Checks.Single(c => c.Id == "V9");
            bool changed = await copy.Database.ScalarAsync<bool>($"SELECT EXISTS (SELECT to_jsonb(s) FROM batch.zz_saved s EXCEPT SELECT to_jsonb(t) FROM batch.{name} t)");
            named += changed ? 1 : 0;
            Assert.That(chain.Ok, Is.EqualTo(!changed), tamper);
            Assert.That(!changed || chain.First!.Contains($"batch.{name} row {row}: ", StringComparison.Ordinal), Is.True, $"{tamper}: {chain.First}");
            await copy.TamperAsync($"DELETE FROM batch.{name}; INSERT INTO batch.{name} OVERRIDING SYSTEM VALUE SELECT * FROM batch.zz_saved");
        }

        Assert.That(named, Is.GreaterThan(2));
        if (log.Ordered)
        {
            await copy.TamperAsync($"INSERT INTO batch.{name} OVERRIDING SYSTEM VALUE SELECT (r).* FROM (SELECT jsonb_populate_record(s, jsonb_build_object('{log.Key}', 0)) AS r FROM batch.zz_saved s LIMIT 1) x");
            VerificationCheck chain = (await copy.VerifyAsync(all: true)).Checks.Single(c => c.Id == "V9");
            Assert.That(chain.First, Does.Contain($"batch.{name} row 0: not sealed, though later ones are"));
        }
    }

    [Test]
    public async Task A_changed_seal_does_not_follow_from_the_one_before()
    {
        await using WholeLine copy = await line.CopyAsync();
        await copy.TamperAsync("UPDATE batch.log_seal SET hashes[1] = repeat('0', 64) WHERE log = 'sign_in'");
        VerificationCheck chain = (await copy.VerifyAsync(all: true)).Checks.Single(c => c.Id == "V9");
        Assert.That(chain.First, Does.Contain("sign_in seal 1: does not follow from the one before"));
    }

    // As the view batch.sealed_log has them; the times are told apart from other columns by their names.
    private static readonly SealedLog[] Logs =
    [
        new("audit", "audit_id", true), new("sign_in", "seq", true), new("user_change", "seq", true), new("inquiry", "inquiry_id", true), new("job_event", "seq", true),
        new("schedule_change", "change_id", true), new("schedule_approval", "seq", true), new("proposal_act", "act_id", true), new("alarm", "alarm_id", true), new("alarm_seen", "alarm_id", false),
        new("api_key", "key_id", false), new("api_key_revoked", "key_id", false), new("area", "code", false), new("review_threshold", "threshold_id", false),
    ];

    private static IEnumerable<string> Names => Logs.Select(l => l.Name);

    // Another value of the column's type, as JSON.
    private static string Other(string column) => column switch
    {
        "at" or "proposed_at" or "approved_at" or "created_at" or "set_at" => "'2001-02-03T04:05:06Z'",
        "roles" or "scopes" or "areas" => "'[\"administrator\"]'::jsonb",
        "one_time" or "disabled" => "true",
        "enabled" => "false",
        "expires_at" => "NULL",
        "job_id" or "person_id" or "account_id" or "change_id" or "value" => "77",
        _ => "'other'",
    };

    private Task<List<string>> ReadAsync(string sql) => Jobs.Store.Rows.ReadAsync(line.Database.Owner, sql, r => r.GetString(0), CancellationToken.None);
}
